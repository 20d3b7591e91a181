import type { PageKind } from './page-kind.js';

/** The page at `/`: what this server is, and the address to give to an app. */
export interface HomeView {
  page: 'home';
  mcpUrl: string;
  signedInAs?: string;
  /** Local path without the base path, or an address. */
  adminDocsHref: string;
}

export const homePage: PageKind<HomeView> = {
  page: 'home',
  width: 'narrow',
  severOpener: false,
  heading: (_view, t, brand) => ({ text: t.home.heading, values: { brand } }),
};
