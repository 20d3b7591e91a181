import { createHash } from 'node:crypto';
import type { OidcProviderSection } from '../../config/index.js';
import { equalSecrets } from '../../sealing/index.js';
import { PersonRefused, SignInRejected } from '../sso-failure.js';
import { emailAt, nameAt, saysVerified, valueAt, type Claims } from './claim-values.js';
import type { Assertion } from './provider.js';

const MAX_SID = 255;
const AMR_VALUE = /^[\x21-\x7e]{1,40}$/;
const MAX_AMR = 10;
/** RFC 8176 has no word for "somebody else made sure"; this one is widely used for it. */
export const FEDERATED: readonly string[] = ['fed'];

/**
 * Reads what the provider says about the person. `profile` is the ID token or the UserInfo answer, whichever has
 * the e-mail address, so that an address and the word about it never come from different places.
 */
export function assertionOf(
  { id: provider, mapping, trustEmail }: OidcProviderSection,
  idToken: Claims,
  profile: Claims,
): Assertion {
  const { iss, sub, amr, sid, auth_time: authTime } = idToken;
  // OpenID Connect Core §2: sub is at most 255 ASCII characters.
  if (typeof iss !== 'string' || typeof sub !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(sub)) {
    throw new SignInRejected('id_token_sub_invalid');
  }
  const email = emailAt(profile, mapping.email);
  const name = nameAt(profile, mapping.name);
  return {
    identity: { provider, issuer: iss, subject: sub, ...(email && { email }) },
    emailVerified: email !== undefined && saysVerified(valueAt(profile, mapping.emailVerified), trustEmail),
    ...(name && { name }),
    amr: methodsOf(amr),
    ...(isMoment(authTime) && { authTime: new Date(authTime * 1_000) }),
    claims: { ...profile, ...idToken },
    ...(typeof sid === 'string' && sid !== '' && { session: sid.slice(0, MAX_SID) }),
  };
}

function methodsOf(amr: unknown): readonly string[] {
  const methods = Array.isArray(amr)
    ? amr.filter((value): value is string => typeof value === 'string' && AMR_VALUE.test(value))
    : [];
  return methods.length > 0 ? methods.slice(0, MAX_AMR) : FEDERATED;
}

const isMoment = (seconds: unknown): seconds is number =>
  typeof seconds === 'number' && seconds >= 0 && seconds < 1e11;

/** Google Workspace: `hd` of the ID token is the organisation; what was asked for proves nothing. */
export function checkHostedDomain({ hostedDomain }: OidcProviderSection, { hd }: Claims): void {
  if (hostedDomain === undefined) return;
  if (typeof hd !== 'string' || hd.toLowerCase() !== hostedDomain.toLowerCase())
    throw new PersonRefused('hosted_domain_not_allowed');
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
  const size = /\d{3}$/.exec(String(headerOf(idToken)['alg']))?.[0];
  return size ? `sha${size}` : 'sha512';
}

/** The header of a JWT that has been verified. */
export function headerOf(jwt: string): Claims {
  return JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString('utf8')) as Claims;
}
