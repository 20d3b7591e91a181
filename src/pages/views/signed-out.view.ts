import type { PageKind } from './page-kind.js';

/** After sign-out, with the way back to the app that asked for it. */
export interface SignedOutView {
  page: 'signed-out';
  continueHref?: string;
  continueHost?: string;
}

export const signedOutPage: PageKind<SignedOutView> = {
  page: 'signed-out',
  width: 'narrow',
  severOpener: false,
  heading: (_view, t) => ({ text: t.signedOut.heading }),
};
