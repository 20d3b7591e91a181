import type { PageKind } from './page-kind.js';

/** Sets up an authenticator app. Posts `code`, `ticket`, `csrf` and `return_to` to `action`. */
export interface AuthenticatorNewView {
  page: 'authenticator-new';
  /** Local paths without the base path. */
  action: string;
  backHref: string;
  /** As a path of squares, in units of one module. */
  qr: { size: number; path: string };
  /** For those who type it. */
  secret: string;
  ticket: string;
  returnTo?: string;
  problem?: 'wrong_code';
  csrf: string;
}

export const authenticatorNewPage: PageKind<AuthenticatorNewView> = {
  page: 'authenticator-new',
  width: 'narrow',
  severOpener: false,
  heading: (_view, t) => ({ text: t.authenticator.heading }),
};
