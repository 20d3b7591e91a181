import { Injectable } from '@nestjs/common';
import { decodeJwt, decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { AppConfig, type TrustedIssuerSection } from '../../../config/index.js';
import type { Client } from '../../clients/client.entity.js';
import { KeySetUnavailable } from '../../clients/remote-key-sets.js';
import { jwtRefusal } from '../../jwt-refusal.js';
import { OAuthError } from '../../oauth-error.js';
import { CLOCK_SKEW, UsedProofs } from '../../tokens/used-proofs.js';
import type { About } from '../refusal-details.js';
import { ID_JAG_TYPE, readIdJag, type IdJag } from './id-jag.js';
import { TrustedIssuers } from './trusted-issuers.js';

const MAX_LENGTH = 16_384;
const RETRY_SECONDS = 5;

/** An assertion that has passed every check but that it is used once. */
export interface Verified {
  readonly section: TrustedIssuerSection;
  readonly jag: IdJag;
}

/** One description for all reasons: which of them it was is for the log and the audit trail. */
export const notAccepted = (reason: string): OAuthError =>
  new OAuthError('invalid_grant', 'The assertion is not one that is accepted here', { reason });

/** Verifies identity assertions (RFC 7523 §3, draft-ietf-oauth-identity-assertion-authz-grant). */
@Injectable()
export class Assertions {
  constructor(
    private readonly config: AppConfig,
    private readonly issuers: TrustedIssuers,
    private readonly proofs: UsedProofs,
  ) {}

  /** Whether there is anybody whose assertions count. */
  get possible(): boolean {
    return this.issuers.any;
  }

  /** @throws OAuthError invalid_grant, or temporarily_unavailable when the issuer's keys cannot be had */
  async verify(assertion: string, client: Client, about: About): Promise<Verified> {
    const { iss, tenant } = unverified(assertion);
    if (typeof iss === 'string') about['issuer'] = iss;
    const section = this.issuers.find(iss, tenant);
    if (!section) throw notAccepted('issuer_not_trusted');
    const payload = await this.signed(assertion, section);
    for (const [name, claim] of [
      ['assertion_jti', payload.jti],
      ['subject', payload.sub],
    ] as const)
      if (typeof claim === 'string') about[name] = claim;
    const jag = readIdJag(payload, {
      issuer: this.config.issuer,
      clientId: client.id,
      now: Date.now() / 1_000,
    });
    if (typeof jag === 'string') throw notAccepted(jag);
    if (section.clients?.includes(client.id) === false) throw notAccepted('client_not_allowed_for_issuer');
    return { section, jag };
  }

  /**
   * Call this last of all: only what is good may be remembered.
   * @throws OAuthError invalid_grant when it was used before
   */
  async spend({ section, jag }: Verified): Promise<void> {
    const { jti, exp, subject } = jag;
    const issuer = JSON.stringify([section.issuer, section.tenant ?? null, subject]);
    if (!(await this.proofs.claim('id_jag', { issuer, jti, expiresAt: exp })))
      throw notAccepted('assertion_replayed');
  }

  /** What a key of the issuer has signed. Keys that the header brings or points to are never looked at. */
  private async signed(assertion: string, section: TrustedIssuerSection): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(assertion, this.issuers.keysOf(section), {
        algorithms: section.algorithms,
        typ: ID_JAG_TYPE,
        issuer: section.issuer,
        clockTolerance: CLOCK_SKEW,
      });
      return payload;
    } catch (error) {
      if (error instanceof KeySetUnavailable)
        throw new OAuthError(
          'temporarily_unavailable',
          'The keys of the issuer cannot be had at the moment',
          {
            reason: error.reason,
            retryAfter: RETRY_SECONDS,
          },
        );
      const reason = jwtRefusal(error);
      if (reason === undefined) throw error;
      throw notAccepted(`assertion_${reason}`);
    }
  }
}

/** What an assertion says before anything is verified: whose keys to try. Other kinds of assertion stop here. */
function unverified(assertion: string): { iss: unknown; tenant: unknown } {
  if (assertion.length > MAX_LENGTH) throw notAccepted('assertion_too_long');
  let claims: JWTPayload;
  let type: unknown;
  try {
    type = decodeProtectedHeader(assertion).typ;
    claims = decodeJwt(assertion);
  } catch {
    throw notAccepted('assertion_malformed');
  }
  const plain = typeof type === 'string' ? type.toLowerCase().replace(/^application\//, '') : type;
  if (plain !== ID_JAG_TYPE) throw notAccepted('assertion_of_another_type');
  return { iss: claims.iss, tenant: claims['tenant'] };
}
