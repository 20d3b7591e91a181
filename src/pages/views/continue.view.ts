import { cleanText } from '../text.js';
import type { PageKind } from './page-kind.js';

/** On the way to another sign-in: the browser goes there by itself, and without that by the link. */
export interface ContinueView {
  page: 'continue';
  /** Who signs the person in. */
  label: string;
  /** A local path without the base path. */
  href: string;
}

export const continuePage: PageKind<ContinueView> = {
  page: 'continue',
  width: 'narrow',
  severOpener: false,
  heading: (view, t) => ({ text: t.login.with, values: { provider: cleanText(view.label) } }),
};
