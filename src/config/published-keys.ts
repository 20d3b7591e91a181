import { isLoopbackUrl } from './production-gaps.js';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Whether this is a key set (RFC 7517 §5) with at least one key, and with public ones only. */
export function isPublicKeySet(jwks: object): boolean {
  const keys: unknown = 'keys' in jwks ? jwks.keys : undefined;
  return Array.isArray(keys) && keys.length > 0 && keys.every(isPublicKey);
}

/** Plain http anywhere but on this machine. */
export const isPlainHttp = (url: unknown): boolean =>
  typeof url === 'string' && URL.canParse(url) && url.startsWith('http:') && !isLoopbackUrl(url);

function isPublicKey(key: unknown): boolean {
  if (typeof key !== 'object' || key === null || !('kty' in key)) return false;
  return (
    ['RSA', 'EC', 'OKP'].includes(String(key.kty)) &&
    !PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member))
  );
}
