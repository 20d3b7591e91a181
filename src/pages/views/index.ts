import { accountPage } from './account.view.js';
import type { AccountView } from './account.view.js';
import { consentPage } from './consent.view.js';
import type { ConsentView } from './consent.view.js';
import { errorPage } from './error.view.js';
import type { ErrorView } from './error.view.js';
import { homePage } from './home.view.js';
import type { HomeView } from './home.view.js';
import { loginPage } from './login.view.js';
import type { LoginView } from './login.view.js';
import { logoutPage } from './logout.view.js';
import type { LogoutView } from './logout.view.js';
import type { PageKind } from './page-kind.js';
import { signedOutPage } from './signed-out.view.js';
import type { SignedOutView } from './signed-out.view.js';

export type PageView =
  AccountView | ConsentView | ErrorView | HomeView | LoginView | LogoutView | SignedOutView;

type PageKinds = { [Page in PageView['page']]: PageKind<Extract<PageView, { page: Page }>> };

/** Every page for people. */
export const pageKinds: PageKinds = {
  account: accountPage,
  consent: consentPage,
  error: errorPage,
  home: homePage,
  login: loginPage,
  logout: logoutPage,
  'signed-out': signedOutPage,
};

export function pageKindOf(view: PageView): PageKind<PageView> {
  return pageKinds[view.page];
}
