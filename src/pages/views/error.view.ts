import type { Strings } from '../strings/index.js';
import type { PageKind } from './page-kind.js';

/** Why a page could not be shown; each has its words in every language. */
export type PageErrorKind = keyof Strings['error']['kinds'];

/** A refusal or a failure. Nothing here is taken from the request. */
export interface ErrorView {
  page: 'error';
  kind: PageErrorKind;
  /** Finds the decision in the audit trail. */
  decisionId?: string;
}

export const errorPage: PageKind<ErrorView> = {
  page: 'error',
  width: 'narrow',
  severOpener: false,
  heading: (view, t) => ({ text: t.error.kinds[view.kind].title }),
};
