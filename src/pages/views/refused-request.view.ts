import type { PageKind } from './page-kind.js';

/** An error that is shown instead of being sent to a client that nobody vouches for; the person may send it. */
export interface RefusedRequestView {
  page: 'refused-request';
  host: string;
  /** In our own words. */
  problem: { code: string; description: string };
  /** Where the error waits to be taken: by a link, or by a form to the redirect URI. */
  back: { href: string } | { action: string; fields: Record<string, string> };
  decisionId?: string;
}

export const refusedRequestPage: PageKind<RefusedRequestView> = {
  page: 'refused-request',
  width: 'narrow',
  severOpener: false,
  formLeaves: true,
  heading: (_view, t) => ({ text: t.refusedRequest.heading }),
};
