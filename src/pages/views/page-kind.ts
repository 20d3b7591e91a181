import type { Phrase } from '../phrase.js';
import type { Strings } from '../strings/index.js';

/** What every kind of page declares beside its type; its template is `templates/<page>.eta`. */
export interface PageKind<View extends { page: string }> {
  page: View['page'];
  width: 'narrow' | 'medium';
  /** Cuts the tie to the opening window; never on a page of an OAuth flow, which may live in a popup. */
  severOpener: boolean;
  /** All the script of a page that has any; nothing of the request may be in it. */
  script?: string;
  /** Whether this one talks to passkeys, with a script of ours. */
  usesPasskeys?(view: View): boolean;
  /** Its form goes to a client, and not back here. */
  formLeaves?: true;
  /** The question the page answers: its heading, and its title. */
  heading(view: View, t: Strings, brand: string): Phrase;
}
