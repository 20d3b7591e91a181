import type { Client } from '../clients/client.entity.js';
import { parseLoopback } from '../clients/loopback.js';

/**
 * Whether a requested redirect URI is one of the registered ones: byte for byte (OAuth 2.1 §2.3.1), except that
 * http on loopback may have any port (RFC 8252 §7.3) while host, path and query stay exact.
 */
export function isRegisteredRedirect(
  requested: string,
  registered: readonly string[],
  anyLoopbackPort: boolean,
): boolean {
  if (registered.includes(requested)) return true;
  const wanted = anyLoopbackPort ? parseLoopback(requested) : undefined;
  if (!wanted) return false;
  return registered.some((uri) => {
    const known = parseLoopback(uri);
    return known !== undefined && known.host === wanted.host && known.rest === wanted.rest;
  });
}

/** What a remembered consent is bound to: the redirect URI, without the port where the port may vary. */
export function redirectKey(uri: string): string {
  const loopback = parseLoopback(uri);
  return loopback ? `http://${loopback.host}${loopback.rest}` : uri;
}

/** Where the answer goes, in words for people: a host, or the scheme of an app on this computer. */
export function redirectHost(uri: string): string {
  const url = new URL(uri);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.host : url.protocol.slice(0, -1);
}

/** https proves who receives the answer; loopback and private-use schemes do not (RFC 8252 §8.6). */
export const provesIdentity = (uri: string): boolean => uri.startsWith('https://');

/**
 * Whether an answer would go to a web host that nothing speaks for: the client made itself known and no admin has
 * approved it, nobody has ever allowed it anything, and its host is not this computer.
 */
export const isUnproved = (
  { trustState, lastUsedAt }: Pick<Client, 'trustState' | 'lastUsedAt'>,
  redirectUri: string,
): boolean =>
  trustState === 'quarantined' && lastUsedAt === null && provesIdentity(redirectUri) && !isLocal(redirectUri);

const isLocal = (uri: string): boolean =>
  /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(uri).hostname);
