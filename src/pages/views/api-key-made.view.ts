import type { PageKind } from './page-kind.js';

/** A new API key, shown this once. */
export interface ApiKeyMadeView {
  page: 'api-key-made';
  name: string;
  key: string;
}

export const apiKeyMadePage: PageKind<ApiKeyMadeView> = {
  page: 'api-key-made',
  width: 'medium',
  severOpener: true,
  heading: (_view, t) => ({ text: t.apiKeys.headingMade }),
};
