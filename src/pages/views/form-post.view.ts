import { cleanHost } from '../text.js';
import type { PageKind } from './page-kind.js';

/** Carries an answer to a client by a form (OAuth 2.0 Form Post Response Mode §2); without a script by a button. */
export interface FormPostView {
  page: 'form-post';
  host: string;
  /** The client's redirect URI, exactly. */
  action: string;
  fields: Record<string, string>;
}

export const formPostPage: PageKind<FormPostView> = {
  page: 'form-post',
  width: 'narrow',
  severOpener: false,
  script: 'document.forms[0].submit()',
  formLeaves: true,
  heading: (view, t) => ({ text: t.formPost.heading, values: { host: cleanHost(view.host) } }),
};
