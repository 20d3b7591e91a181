import type { PageKind } from './page-kind.js';

/** Where the link to a new address leads. Posts `csrf` to `action`. */
export interface LinkEmailView {
  page: 'link-email';
  /** Local path without the base path; its last part is the secret of the link. */
  action: string;
  email: string;
  /** `sign_in`: the person has to sign in at this browser first. */
  state: 'ask' | 'sign_in' | 'taken';
  csrf: string;
}

export const linkEmailPage: PageKind<LinkEmailView> = {
  page: 'link-email',
  width: 'narrow',
  severOpener: true,
  heading: (_view, t) => ({ text: t.link.headings.email }),
};
