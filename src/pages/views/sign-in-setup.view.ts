import type { PageKind } from './page-kind.js';

/**
 * After a right password, for who has no second factor and needs one; both addresses are local paths without the base
 * path. Posts `csrf` and `return_to` to `/login/setup/skip` where policy does not ask for one.
 */
export interface SignInSetupView {
  page: 'sign-in-setup';
  authenticatorHref: string;
  passkeyHref?: string;
  /** The app that asks for it; without it, it is the rule here. */
  appName?: string;
  canSkip: boolean;
  returnTo?: string;
  csrf: string;
}

export const signInSetupPage: PageKind<SignInSetupView> = {
  page: 'sign-in-setup',
  width: 'narrow',
  severOpener: false,
  heading: (_view, t) => ({ text: t.setup.heading }),
};
