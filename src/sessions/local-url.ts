const BASE = 'http://local.invalid';

/**
 * A way back inside this server, or `undefined`. Only the parsed form is used afterwards, so that what was
 * checked is what the browser is sent to (`//host`, `/\host`, control characters and `..` tricks fall out).
 */
export function localUrl(returnTo: unknown): string | undefined {
  if (typeof returnTo !== 'string' || returnTo.length > 16_384) return undefined;
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  if (!/^\/(?![/\\])/.test(returnTo) || /[\u0000-\u0020\\\u007f]/.test(returnTo)) return undefined;
  if (!URL.canParse(returnTo, BASE)) return undefined;
  const url = new URL(returnTo, BASE);
  if (url.origin !== BASE || url.pathname.startsWith('//')) return undefined;
  return `${url.pathname}${url.search}`;
}
