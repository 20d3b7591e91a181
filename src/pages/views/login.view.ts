import type { PageKind } from './page-kind.js';

/** Sign-in. Posts `email`, `password`, `csrf` and `return_to` to `/login`. */
export interface LoginView {
  page: 'login';
  /** Where to go afterwards; the room that sends the page has checked that it is local. */
  returnTo?: string;
  /** What was typed before, so that a mistake costs only the password. */
  email?: string;
  problem?: 'bad_credentials' | 'locked' | 'session_expired' | 'sso_failed' | 'throttled';
  /** Sign-in through others; `href` is a local path without the base path. */
  providers: { id: string; label: string; href: string }[];
  /** False where people sign in only through others. */
  localAccounts: boolean;
  csrf: string;
  /** The app that sent the person here: "to continue to X". */
  appName?: string;
}

export const loginPage: PageKind<LoginView> = {
  page: 'login',
  width: 'narrow',
  severOpener: false,
  heading: (_view, t, brand) => ({ text: t.login.heading, values: { brand } }),
};
