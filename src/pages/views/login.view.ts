import type { PageKind } from './page-kind.js';
import type { PasskeyFormView } from './passkey-form.js';

/** Sign-in. Posts `email`, `password`, `csrf` and `return_to` to `/login`. */
export interface LoginView {
  page: 'login';
  /** Where to go afterwards; the room that sends the page has checked that it is local. */
  returnTo?: string;
  /** What was typed before, so that a mistake costs only the password. */
  email?: string;
  problem?:
    | 'bad_credentials'
    | 'locked'
    | 'confirm'
    | 'other_account'
    | 'passkey_failed'
    | 'password_missing'
    | 'session_expired'
    | 'sso_failed'
    | 'sso_not_fresh'
    | 'throttled'
    | 'unknown_domain';
  /** What has just been done. */
  notice?: 'password_reset';
  /** Sign-in with a passkey; what it answered goes to `/login/passkey`. */
  passkey?: PasskeyFormView;
  /** Whether a person who forgot the password can ask for a link. */
  canReset?: boolean;
  /** The app asks for more than a password. */
  asks?: 'mfa' | 'passkey';
  /** Who is signed in here already, where the person may choose; `href` is a local path without the base path. */
  present?: { name?: string; email: string; href: string };
  /** Sign-in through others; `href` is a local path without the base path. */
  providers: { id: string; label: string; href: string }[];
  /** An address alone leads to the sign-in of its organisation. */
  byAddress: boolean;
  /** False where people sign in only through others. */
  localAccounts: boolean;
  csrf: string;
  /** Posted along as it is. */
  hidden: Record<string, string>;
  /** The app that sent the person here: "to continue to X". */
  appName?: string;
}

export const loginPage: PageKind<LoginView> = {
  page: 'login',
  width: 'narrow',
  severOpener: false,
  usesPasskeys: (view) => view.localAccounts && view.passkey !== undefined,
  heading: (_view, t, brand) => ({ text: t.login.heading, values: { brand } }),
};
