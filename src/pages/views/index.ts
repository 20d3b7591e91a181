import { accountEmailPage } from './account-email.view.js';
import type { AccountEmailView } from './account-email.view.js';
import { accountPasswordPage } from './account-password.view.js';
import type { AccountPasswordView } from './account-password.view.js';
import { accountSecurityPage } from './account-security.view.js';
import type { AccountSecurityView } from './account-security.view.js';
import { apiKeyMadePage } from './api-key-made.view.js';
import type { ApiKeyMadeView } from './api-key-made.view.js';
import { apiKeysPage } from './api-keys.view.js';
import type { ApiKeysView } from './api-keys.view.js';
import { authenticatorNewPage } from './authenticator-new.view.js';
import type { AuthenticatorNewView } from './authenticator-new.view.js';
import { forgotPasswordPage } from './forgot-password.view.js';
import type { ForgotPasswordView } from './forgot-password.view.js';
import { linkEmailPage } from './link-email.view.js';
import type { LinkEmailView } from './link-email.view.js';
import { linkPasswordPage } from './link-password.view.js';
import type { LinkPasswordView } from './link-password.view.js';
import { passkeyNewPage } from './passkey-new.view.js';
import type { PasskeyNewView } from './passkey-new.view.js';
import { recoveryCodesPage } from './recovery-codes.view.js';
import type { RecoveryCodesView } from './recovery-codes.view.js';
import { secondStepPage } from './second-step.view.js';
import type { SecondStepView } from './second-step.view.js';
import { signInSetupPage } from './sign-in-setup.view.js';
import type { SignInSetupView } from './sign-in-setup.view.js';
import { accountPage } from './account.view.js';
import type { AccountView } from './account.view.js';
import { consentPage } from './consent.view.js';
import type { ConsentView } from './consent.view.js';
import { continuePage } from './continue.view.js';
import type { ContinueView } from './continue.view.js';
import { deviceConfirmPage } from './device-confirm.view.js';
import type { DeviceConfirmView } from './device-confirm.view.js';
import { deviceDonePage } from './device-done.view.js';
import type { DeviceDoneView } from './device-done.view.js';
import { devicePage } from './device.view.js';
import type { DeviceView } from './device.view.js';
import { errorPage } from './error.view.js';
import type { ErrorView } from './error.view.js';
import { formPostPage } from './form-post.view.js';
import type { FormPostView } from './form-post.view.js';
import { homePage } from './home.view.js';
import type { HomeView } from './home.view.js';
import { loginPage } from './login.view.js';
import type { LoginView } from './login.view.js';
import { logoutPage } from './logout.view.js';
import type { LogoutView } from './logout.view.js';
import type { PageKind } from './page-kind.js';
import { refusedRequestPage } from './refused-request.view.js';
import type { RefusedRequestView } from './refused-request.view.js';
import { signedOutPage } from './signed-out.view.js';
import type { SignedOutView } from './signed-out.view.js';

export type PageView =
  | AccountEmailView
  | AccountPasswordView
  | AccountSecurityView
  | ApiKeyMadeView
  | ApiKeysView
  | AuthenticatorNewView
  | ForgotPasswordView
  | LinkEmailView
  | LinkPasswordView
  | PasskeyNewView
  | RecoveryCodesView
  | SecondStepView
  | SignInSetupView
  | AccountView
  | ConsentView
  | ContinueView
  | DeviceConfirmView
  | DeviceDoneView
  | DeviceView
  | ErrorView
  | FormPostView
  | HomeView
  | LoginView
  | LogoutView
  | RefusedRequestView
  | SignedOutView;

type PageKinds = { [Page in PageView['page']]: PageKind<Extract<PageView, { page: Page }>> };

/** Every page for people. */
export const pageKinds: PageKinds = {
  'account-email': accountEmailPage,
  'account-password': accountPasswordPage,
  'account-security': accountSecurityPage,
  'api-key-made': apiKeyMadePage,
  'api-keys': apiKeysPage,
  'authenticator-new': authenticatorNewPage,
  'forgot-password': forgotPasswordPage,
  'link-email': linkEmailPage,
  'link-password': linkPasswordPage,
  'passkey-new': passkeyNewPage,
  'recovery-codes': recoveryCodesPage,
  'second-step': secondStepPage,
  'sign-in-setup': signInSetupPage,
  account: accountPage,
  consent: consentPage,
  continue: continuePage,
  device: devicePage,
  'device-confirm': deviceConfirmPage,
  'device-done': deviceDonePage,
  error: errorPage,
  'form-post': formPostPage,
  home: homePage,
  login: loginPage,
  logout: logoutPage,
  'refused-request': refusedRequestPage,
  'signed-out': signedOutPage,
};

export function pageKindOf(view: PageView): PageKind<PageView> {
  return pageKinds[view.page];
}
