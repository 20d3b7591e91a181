import type { Phrase } from '../phrase.js';
import type { Strings } from '../strings/index.js';

/** What every kind of page declares beside its type; its template is `templates/<page>.eta`. */
export interface PageKind<View extends { page: string }> {
  page: View['page'];
  width: 'narrow' | 'medium';
  /** Cuts the tie to the opening window; never on a page of an OAuth flow, which may live in a popup. */
  severOpener: boolean;
  /** The question the page answers: its heading, and its title. */
  heading(view: View, t: Strings, brand: string): Phrase;
}
