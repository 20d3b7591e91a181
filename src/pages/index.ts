export { chooseLocale } from './choose-locale.js';
export { PAGES_CONFIG } from './pages-config.js';
export type { PagesConfig } from './pages-config.js';
export { Pages } from './pages.js';
export type { SendOptions } from './pages.js';
export { builtInSentence } from './scope-sentence.js';
export type { BuiltInScope } from './scope-sentence.js';
export { PagesModule } from './pages.module.js';
export { cleanText as cleanName, escapeText, visibleText } from './text.js';
export type {
  AccountNotice,
  AccountProblem,
  AccountView,
  BrowserSession,
  ConnectedApp,
  ConnectedSignIn,
} from './views/account.view.js';
export type { ConsentScope, ConsentView } from './views/consent.view.js';
export type { DeviceConfirmView } from './views/device-confirm.view.js';
export type { DeviceDoneView } from './views/device-done.view.js';
export type { DeviceView } from './views/device.view.js';
export type { ErrorView, PageErrorKind } from './views/error.view.js';
export type { FormPostView } from './views/form-post.view.js';
export type { HomeView } from './views/home.view.js';
export type { PageView } from './views/index.js';
export type { LoginView } from './views/login.view.js';
export type { LogoutView } from './views/logout.view.js';
export type { RefusedRequestView } from './views/refused-request.view.js';
export type { SignedOutView } from './views/signed-out.view.js';
export type { ApiKeyOffer, ApiKeysView } from './views/api-keys.view.js';
export type { AccountSecurityView, SecurityNotice } from './views/account-security.view.js';
export type { PasskeyFormView } from './views/passkey-form.js';
export type { AccountEmailView } from './views/account-email.view.js';
export type { AccountPasswordView } from './views/account-password.view.js';
export type { AuthenticatorNewView } from './views/authenticator-new.view.js';
export type { ForgotPasswordView } from './views/forgot-password.view.js';
export type { LinkEmailView } from './views/link-email.view.js';
export type { LinkPasswordView } from './views/link-password.view.js';
export type { PasskeyNewView } from './views/passkey-new.view.js';
export type { RecoveryCodesView } from './views/recovery-codes.view.js';
export type { SecondStepView } from './views/second-step.view.js';
export type { SignInSetupView } from './views/sign-in-setup.view.js';
