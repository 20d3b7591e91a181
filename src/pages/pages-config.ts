/** What the pages need to know about this installation. */
export interface PagesConfig {
  /** Path of PUBLIC_URL without a trailing slash; empty when it has none. */
  basePath: string;
  brand: {
    name: string;
    /** `#rrggbb`. Lightened or darkened per theme where it would be hard to read. */
    accent?: string;
    supportUrl?: string;
    footer?: string;
  };
  /** Folder of templates, and perhaps a `gatehouse.css`, in place of built-in ones of the same name. */
  templates?: string;
}

export const PAGES_CONFIG = Symbol('PAGES_CONFIG');
