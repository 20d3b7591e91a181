import { createHash } from 'node:crypto';
import { isEmail } from 'class-validator';
import { cleanText } from '../../audit/index.js';
import { equalSecrets } from '../../sealing/index.js';
import { SignInRejected } from '../sso-failure.js';
import type { Assertion } from './provider.js';

type Claims = Readonly<Record<string, unknown>>;

const MAX_NAME = 200;
const AMR_VALUE = /^[\x21-\x7e]{1,40}$/;
const MAX_AMR = 10;
/** RFC 8176 has no word for "somebody else made sure"; this one is widely used for it. */
const FEDERATED = ['fed'];

/**
 * Reads what the provider says about the person. `profile` is the ID token or the UserInfo answer, whichever has
 * the e-mail address, so that an address and the word about it never come from different places.
 */
export function assertionOf(provider: string, idToken: Claims, profile: Claims): Assertion {
  const { iss, sub, amr } = idToken;
  // OpenID Connect Core §2: sub is at most 255 ASCII characters.
  if (typeof iss !== 'string' || typeof sub !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(sub)) {
    throw new SignInRejected('id_token_sub_invalid');
  }
  const email =
    typeof profile['email'] === 'string' && isEmail(profile['email'], { require_tld: false })
      ? profile['email']
      : undefined;
  const name = nameOf(profile);
  return {
    identity: { provider, issuer: iss, subject: sub, ...(email && { email }) },
    emailVerified: email !== undefined && profile['email_verified'] === true,
    ...(name && { name }),
    amr: methodsOf(amr),
  };
}

function nameOf({ name, preferred_username: userName }: Claims): string | undefined {
  const text = [name, userName].find(
    (value): value is string => typeof value === 'string' && value.trim() !== '',
  );
  return text && cleanText(text.trim().slice(0, MAX_NAME));
}

function methodsOf(amr: unknown): readonly string[] {
  const methods = Array.isArray(amr)
    ? amr.filter((value): value is string => typeof value === 'string' && AMR_VALUE.test(value))
    : [];
  return methods.length > 0 ? methods.slice(0, MAX_AMR) : FEDERATED;
}

/** OpenID Connect Core §3.1.3.8: the access token belongs to this ID token, when the ID token says which one does. */
export function checkAccessTokenHash(idToken: string, claims: Claims, accessToken: string): void {
  const { at_hash: expected } = claims;
  if (expected === undefined) return;
  const hash = createHash(hashOf(idToken)).update(accessToken).digest();
  const half = hash.subarray(0, hash.length / 2).toString('base64url');
  if (typeof expected !== 'string' || !equalSecrets(half, expected))
    throw new SignInRejected('id_token_at_hash_mismatch');
}

function hashOf(idToken: string): string {
  const header = JSON.parse(Buffer.from(idToken.split('.')[0]!, 'base64url').toString('utf8')) as {
    alg: string;
  };
  const size = /\d{3}$/.exec(header.alg)?.[0];
  return size ? `sha${size}` : 'sha512';
}
