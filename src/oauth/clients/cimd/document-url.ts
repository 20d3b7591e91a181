const MAX_LENGTH = 2_048;
/** RFC 3986 without user information and fragment; the path is there, if only as `/`. */
const GRAMMAR = /^https?:\/\/[A-Za-z0-9.:[\]-]+\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*$/;

/** What looks like the URL of a metadata document, whether or not it is a good one. */
export const isUrlShaped = (id: string): boolean => /^https?:/i.test(id);

/**
 * Client Identifier URL (draft-ietf-oauth-client-id-metadata-document §3), in its one canonical spelling: what could
 * be written in two ways would be two clients at one document.
 */
export function isDocumentUrl(id: string): boolean {
  if (id.length > MAX_LENGTH || !GRAMMAR.test(id) || !URL.canParse(id)) return false;
  const url = new URL(id);
  return url.href === id && !url.hostname.endsWith('.') && !hasDotSegments(id);
}

/** Also those in disguise; a URL parser takes most of them away before anybody sees them. */
function hasDotSegments(id: string): boolean {
  const path = id.replace(/^https?:\/\/[^/]*/, '').replace(/\?.*$/, '');
  return path
    .replace(/%2e/gi, '.')
    .split('/')
    .some((segment) => segment === '.' || segment === '..');
}
