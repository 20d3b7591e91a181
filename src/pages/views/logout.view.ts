import type { PageKind } from './page-kind.js';

/** Asks before signing out. Posts `csrf` and the hidden fields to `/oauth2/logout`. */
export interface LogoutView {
  page: 'logout';
  csrf: string;
  hidden: Record<string, string>;
  email?: string;
}

export const logoutPage: PageKind<LogoutView> = {
  page: 'logout',
  width: 'narrow',
  severOpener: false,
  heading: (_view, t, brand) => ({ text: t.logout.heading, values: { brand } }),
};
