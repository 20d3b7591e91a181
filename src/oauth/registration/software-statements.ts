import { Injectable } from '@nestjs/common';
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { AppConfig, type StatementIssuer } from '../../config/index.js';
import { KeySetUnavailable, RemoteKeySets } from '../clients/remote-key-sets.js';
import type { ClientMetadata } from '../clients/client-metadata.js';
import { readMetadata } from '../clients/read-metadata.js';
import { jwtRefusal } from '../jwt-refusal.js';
import { OAuthError } from '../oauth-error.js';
import { PROOF_ALGORITHMS } from '../proof-algorithms.js';

const CLOCK_SKEW = 30;
/** Anything else says of itself that it is another kind of JWT (RFC 8725 §3.11). */
const TYPES: readonly unknown[] = [undefined, 'JWT', 'jwt', 'software-statement+jwt'];

/** Metadata with what a statement says put over it, and who vouched for that. */
export interface Stated {
  readonly metadata: ClientMetadata;
  readonly by?: StatementIssuer;
}

/** Software statements (RFC 7591 §2.3): only from the issuers of the configuration, only as they signed it. */
@Injectable()
export class SoftwareStatements {
  private readonly keys = new Map<string, JWTVerifyGetKey>();

  constructor(
    private readonly config: AppConfig,
    remote: RemoteKeySets,
  ) {
    for (const { issuer, jwks, jwksUri } of config.policies.softwareStatements)
      this.keys.set(issuer, jwksUri ? remote.at(jwksUri) : createLocalJWKSet(jwks as JSONWebKeySet));
  }

  /** @throws OAuthError unapproved_software_statement, invalid_software_statement, temporarily_unavailable */
  async read({ software_statement: statement, ...plain }: ClientMetadata): Promise<Stated> {
    if (statement === undefined) return { metadata: plain };
    const by = this.issuerOf(statement);
    const said = await this.verified(statement, by);
    // The keys of a statement stand for themselves: a key set beside them would be another one's.
    const { jwks, jwks_uri, ...rest } = plain;
    const ownKeys = said.jwks === undefined && said.jwks_uri === undefined ? { jwks, jwks_uri } : {};
    const metadata = Object.entries({ ...rest, ...ownKeys, ...said }).filter(
      ([, value]) => value !== undefined,
    );
    return { metadata: Object.fromEntries(metadata), by };
  }

  private issuerOf(statement: string): StatementIssuer {
    const iss = claimedIssuer(statement);
    const issuer = this.config.policies.softwareStatements.find((one) => one.issuer === iss);
    if (!issuer)
      throw new OAuthError(
        'unapproved_software_statement',
        'Nobody here trusts the issuer of the statement',
        {
          reason: 'unknown_statement_issuer',
        },
      );
    return issuer;
  }

  private async verified(statement: string, { issuer }: StatementIssuer): Promise<ClientMetadata> {
    try {
      const { payload, protectedHeader } = await jwtVerify(statement, this.keys.get(issuer)!, {
        issuer,
        algorithms: [...PROOF_ALGORITHMS],
        clockTolerance: CLOCK_SKEW,
      });
      const { aud, iat, software_id: softwareId, software_statement: nested, ...said } = payload;
      if (!TYPES.includes(protectedHeader.typ)) throw broken('wrong_typ');
      if (aud !== undefined && ![aud].flat().includes(this.config.issuer)) throw broken('wrong_aud');
      if (iat !== undefined && iat > Date.now() / 1_000 + CLOCK_SKEW) throw broken('wrong_iat');
      // Every other token of this issuer lacks it.
      if (typeof softwareId !== 'string' || nested !== undefined) throw broken('no_software_id');
      return readMetadata({ ...said, software_id: softwareId });
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

function claimedIssuer(statement: string): string | undefined {
  try {
    return decodeJwt(statement).iss;
  } catch {
    throw broken('malformed');
  }
}

function refusalOf(error: unknown): unknown {
  if (error instanceof KeySetUnavailable)
    return new OAuthError(
      'temporarily_unavailable',
      'The statement cannot be verified now; try again later',
      {
        reason: `statement_${error.reason}`,
        retryAfter: 30,
      },
    );
  if (error instanceof OAuthError)
    return error.code === 'invalid_software_statement' ? error : broken(error.reason);
  const reason = jwtRefusal(error);
  return reason === undefined ? error : broken(reason);
}

const broken = (reason: string): OAuthError =>
  new OAuthError('invalid_software_statement', 'The software statement is not valid', {
    reason: `statement_${reason}`,
  });
