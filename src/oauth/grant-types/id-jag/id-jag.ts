import type { JWTPayload } from 'jose';
import { CLOCK_SKEW } from '../../tokens/used-proofs.js';

/** draft-ietf-oauth-identity-assertion-authz-grant */
export const ID_JAG_PROFILE = 'urn:ietf:params:oauth:grant-profile:id-jag';
export const ID_JAG_TYPE = 'oauth-id-jag+jwt';

/** How long an assertion may be good for, in seconds. */
const MAX_SECONDS = 300;
const MAX_TEXT = 512;
const MAX_LIST = 100;

/** What an assertion says, once its signature has been checked. */
export interface IdJag {
  readonly subject: string;
  readonly jti: string;
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly authTime: Date;
  readonly amr: readonly string[];
  /** Absent: it leaves the scope to this server. */
  readonly scopes?: readonly string[];
  /** Empty: it leaves the resource to this server. */
  readonly resources: readonly string[];
  /** The DPoP key that the client must prove. */
  readonly jkt?: string;
  /** Only one that the issuer has verified. */
  readonly email?: string;
}

export interface Expected {
  readonly issuer: string;
  readonly clientId: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** The claims, or why they are not good, as a snake_case code. */
export function readIdJag(payload: JWTPayload, expected: Expected): IdJag | string {
  return wrongAddress(payload, expected) ?? wrongTime(payload, expected.now) ?? readContent(payload);
}

function wrongAddress({ aud, client_id }: JWTPayload, { issuer, clientId }: Expected): string | undefined {
  // One audience only: with a second one it could be redeemed there as well.
  const audience = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
  if (audience !== issuer) return 'assertion_wrong_audience';
  return client_id === clientId ? undefined : 'assertion_of_another_client';
}

function wrongTime({ exp, iat, nbf }: JWTPayload, now: number): string | undefined {
  if (!isTime(exp) || !isTime(iat)) return 'assertion_without_times';
  if (exp + CLOCK_SKEW <= now) return 'assertion_expired';
  if (exp - iat > MAX_SECONDS) return 'assertion_lives_too_long';
  if (iat > now + CLOCK_SKEW || exp <= iat) return 'assertion_of_the_future';
  if (nbf !== undefined && !(isTime(nbf) && nbf <= now + CLOCK_SKEW)) return 'assertion_of_the_future';
  return undefined;
}

function readContent(payload: JWTPayload): IdJag | string {
  const { sub, jti, exp, iat, cnf } = payload;
  if (!isText(sub)) return 'assertion_without_subject';
  if (!isText(jti)) return 'assertion_without_id';
  // What cannot be honoured must not be passed over.
  if (payload['authorization_details'] !== undefined) return 'authorization_details_not_supported';
  const scopes = scopesOf(payload['scope']);
  if (scopes === null) return 'assertion_malformed_scope';
  const resources = resourcesOf(payload['resource']);
  if (!resources) return 'assertion_malformed_resource';
  const jkt = (cnf as { jkt?: unknown } | null | undefined)?.jkt;
  if (cnf !== undefined && !isText(jkt)) return 'assertion_unknown_confirmation';
  const authTime = payload['auth_time'];
  const { email } = payload;
  return {
    subject: sub,
    jti,
    exp: exp!,
    authTime: new Date((isTime(authTime) && authTime <= iat! ? authTime : iat!) * 1_000),
    amr: amrOf(payload['amr']),
    ...(scopes && { scopes }),
    resources,
    ...(isText(jkt) && { jkt }),
    ...(isText(email) && payload['email_verified'] === true && { email }),
  };
}

/** RFC 6749 §3.3. `null`: malformed. */
function scopesOf(scope: unknown): string[] | null | undefined {
  if (scope === undefined) return undefined;
  if (typeof scope !== 'string' || !/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(scope)) return null;
  const names = [...new Set(scope.split(' ').filter(Boolean))];
  return names.length > MAX_LIST ? null : names;
}

function resourcesOf(resource: unknown): string[] | undefined {
  if (resource === undefined) return [];
  const list: unknown[] = Array.isArray(resource) ? resource : [resource];
  return list.length > 0 && list.length <= MAX_LIST && list.every(isText) ? list : undefined;
}

function amrOf(amr: unknown): string[] {
  const list: unknown[] = Array.isArray(amr) ? amr : [];
  return list
    .filter(isText)
    .filter((value) => value.length <= 32)
    .slice(0, 10);
}

/** PostgreSQL text cannot hold NUL. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_TEXT && !value.includes('\0');

/** Seconds that a date can be made of. */
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 && value < 1e11;
