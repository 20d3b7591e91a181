import type { PageKind } from './page-kind.js';

/** Another address. Posts `email` and `csrf` to `/account/security/email`. */
export interface AccountEmailView {
  page: 'account-email';
  email: string;
  problem?: 'not_an_address';
  csrf: string;
}

export const accountEmailPage: PageKind<AccountEmailView> = {
  page: 'account-email',
  width: 'narrow',
  severOpener: true,
  heading: (_view, t) => ({ text: t.security.headingEmail }),
};
