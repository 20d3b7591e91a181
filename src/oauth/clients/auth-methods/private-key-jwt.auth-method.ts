import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { AppConfig } from '../../../config/index.js';
import { jwtRefusal } from '../../jwt-refusal.js';
import { OAuthError } from '../../oauth-error.js';
import type { Params } from '../../params.js';
import { PROOF_ALGORITHMS } from '../../proof-algorithms.js';
import { CLOCK_SKEW, UsedProofs } from '../../tokens/used-proofs.js';
import { ClientKeySet } from '../client-key-set.js';
import type { Client } from '../client.entity.js';
import { KeySetUnavailable } from '../remote-key-sets.js';
import { assertionClaims } from './assertion-claims.js';
import { invalidClient, type AuthMethod, type Presented } from './auth-method.js';
import { standInKey } from './stand-in-keys.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const TYPES = [undefined, 'jwt', 'client-authentication+jwt'];

/** A JWT signed with a key of the client (RFC 7523 §2.2, OpenID Connect Core §9). */
@Injectable()
export class PrivateKeyJwtAuthMethod implements AuthMethod {
  readonly name = 'private_key_jwt';
  private readonly audiences: readonly string[];

  constructor(
    { issuer, origin, policies }: AppConfig,
    private readonly keySets: ClientKeySet,
    private readonly proofs: UsedProofs,
  ) {
    const legacy = [`${issuer}/oauth2/token`, `${issuer}/token`, `${origin}/token`];
    this.audiences = [issuer, ...(policies.clients.assertion_audience_token_endpoint ? legacy : [])];
  }

  read(_req: Request, params: Params): Presented | undefined {
    const [assertion, type] = [params.get('client_assertion'), params.get('client_assertion_type')];
    if (assertion === undefined && type === undefined) return undefined;
    if (assertion === undefined || type === undefined)
      throw new OAuthError('invalid_request', 'client_assertion and client_assertion_type belong together', {
        reason: 'half_an_assertion',
      });
    if (type !== ASSERTION_TYPE) throw invalidClient('unknown_assertion_type');
    // Not proven yet: it says whose keys to try.
    const clientId = claimedSubject(assertion);
    if (clientId === undefined) throw invalidClient('assertion_malformed');
    return { clientId, credential: assertion };
  }

  async verify(client: Client | undefined, { clientId, credential }: Presented): Promise<string | undefined> {
    const payload = await this.signed(client, credential ?? '');
    if (typeof payload === 'string') return payload;
    const claims = assertionClaims(payload, { clientId, audiences: this.audiences, now: Date.now() / 1_000 });
    if (typeof claims === 'string') return claims;
    // Last of all: only what is good may be remembered.
    const first = await this.proofs.claim('client_assertion', {
      issuer: clientId,
      jti: claims.jti,
      expiresAt: claims.exp,
    });
    return first ? undefined : 'assertion_replayed';
  }

  /** What a key of the client has signed, or why not. Keys that the header brings or points to are never looked at. */
  private async signed(client: Client | undefined, assertion: string): Promise<JWTPayload | string> {
    const own = client && this.keySets.of(client);
    let known = own !== undefined;
    const find: JWTVerifyGetKey = async (header, token) => {
      try {
        if (own) return await own(header, token);
      } catch (error) {
        if (!isNoKey(error)) throw error;
        known = false;
      }
      return standInKey(header, token);
    };
    try {
      const { payload, protectedHeader } = await jwtVerify(assertion, find, {
        algorithms: client?.assertionAlg ? [client.assertionAlg] : [...PROOF_ALGORITHMS],
        clockTolerance: CLOCK_SKEW,
      });
      if (!TYPES.includes(plainType(protectedHeader.typ))) return 'assertion_of_another_type';
      return known ? payload : 'assertion_unknown_key';
    } catch (error) {
      return known ? refusalOf(error) : 'assertion_unknown_key';
    }
  }
}

/** The `sub` of an assertion, before anything is verified. */
export function claimedSubject(assertion: string): string | undefined {
  try {
    const { sub } = decodeJwt(assertion);
    return typeof sub === 'string' ? sub : undefined;
  } catch {
    return undefined;
  }
}

const isNoKey = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;

/** RFC 7515 §4.1.9: `application/` may be left out, and case does not matter. */
const plainType = (typ: unknown): string | undefined =>
  typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : (typ as undefined);

function refusalOf(error: unknown): string {
  // Whatever is wrong with the client's own site, the client is still registered: it is to try again.
  if (error instanceof KeySetUnavailable)
    throw new OAuthError('temporarily_unavailable', 'The key set of the client cannot be had at the moment', {
      reason: error.reason,
      retryAfter: 5,
    });
  const reason = jwtRefusal(error);
  if (reason === undefined) throw error;
  return `assertion_${reason}`;
}
