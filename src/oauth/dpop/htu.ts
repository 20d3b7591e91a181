const UNRESERVED = /[A-Za-z0-9\-._~]/;

/**
 * A URI as `htu` is compared (RFC 9449 §4.3): without query and fragment, after syntax- and scheme-based normalization
 * (RFC 3986 §6.2.2, §6.2.3). `undefined` when it is no http(s) URI.
 */
export function normalHtu(uri: string): string | undefined {
  if (!/^https?:\/\//i.test(uri) || !URL.canParse(uri)) return undefined;
  const { origin, pathname, username, password } = new URL(uri);
  return username || password ? undefined : origin + plainPath(pathname);
}

/** RFC 3986 §6.2.2: escapes that need not be are decoded, the others are in upper case. */
function plainPath(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(parseInt(escape.slice(1), 16));
    return UNRESERVED.test(character) ? character : escape.toUpperCase();
  });
}
