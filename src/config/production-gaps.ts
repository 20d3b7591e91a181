import { isIP } from 'node:net';
import type { Environment } from './environment.js';

export function isLoopbackUrl(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

const COMMON =
  /^(?:password|passw0rd|changeme|admin|administrator|letmein|welcome|qwerty|gatehouse|secret)\W*\d*\W*$/i;

/** Long enough and not a well-known one; the same rule that signing up will apply. */
export function isWeakPassword(password: string): boolean {
  return password.length < 12 || isCommonPassword(password);
}

/** One that somebody would try first. */
export function isCommonPassword(password: string): boolean {
  return COMMON.test(password) || new Set(password).size < 6;
}

/** What a start with NODE_ENV=production refuses, each as a sentence that says what to do. */
export function productionGaps(
  env: Environment,
  { outboundLoopback, keys }: { outboundLoopback: boolean; keys: { plainText: boolean } },
): string[] {
  const gaps: string[] = [];
  if (!env.PUBLIC_URL)
    gaps.push('PUBLIC_URL is not set: production needs the https URL people and clients use');
  else if (env.PUBLIC_URL.startsWith('http:') && !isLoopbackUrl(env.PUBLIC_URL)) {
    gaps.push('PUBLIC_URL is http: production needs https (http is allowed on loopback only)');
  }
  if (!env.DATABASE_URL)
    gaps.push(
      'DATABASE_URL is not set: the embedded database is for evaluation, production needs a PostgreSQL server',
    );
  if (!env.ENCRYPTION_KEYS)
    gaps.push('ENCRYPTION_KEYS is not set: make one with `echo "1:$(openssl rand -base64 32)"`');
  if (env.BOOTSTRAP_ADMIN_PASSWORD && isWeakPassword(env.BOOTSTRAP_ADMIN_PASSWORD)) {
    gaps.push(
      'BOOTSTRAP_ADMIN_PASSWORD is too weak: use at least 12 characters that are not a common password',
    );
  }
  if (
    env.BOOTSTRAP_CLIENT_SECRET &&
    (env.BOOTSTRAP_CLIENT_SECRET.length < 32 || new Set(env.BOOTSTRAP_CLIENT_SECRET).size < 8)
  ) {
    gaps.push('BOOTSTRAP_CLIENT_SECRET is too weak: use at least 32 random characters');
  }
  if (outboundLoopback) {
    gaps.push(
      'policies.outboundLoopback is on: production must not send requests to its own machine because somebody names a URL',
    );
  }
  if (keys.plainText)
    gaps.push(
      'policies.keys.plainText is on: production must not keep signing keys in clear in its database',
    );
  return gaps;
}
