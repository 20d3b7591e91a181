/**
 * A local path gets the base path of PUBLIC_URL, an http(s) address stays, and anything else (`javascript:`,
 * `//host`) leads nowhere.
 */
export function safeHref(href: string, basePath: string): string | undefined {
  if (/^\/(?![/\\])/.test(href)) return basePath + href;
  if (!URL.canParse(href)) return undefined;
  const { protocol } = new URL(href);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}
