import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { TokenSigner } from '../../keys/index.js';
import type { Client } from '../clients/client.entity.js';
import type { Holder } from './access-token-maker.js';
import { groupsOfIdToken } from './groups-in-tokens.js';
import { personClaims } from './person-claims.js';
import { Subjects } from './subjects.js';

export interface IdTokenOrder {
  readonly client: Client;
  readonly holder: Holder;
  readonly scopes: readonly string[];
  readonly accessToken: string;
  readonly nonce?: string;
}

/** Makes id_tokens (OpenID Connect Core §2, §3.1.3.6). */
@Injectable()
export class IdTokens {
  constructor(
    private readonly config: AppConfig,
    private readonly signer: TokenSigner,
    private readonly subjects: Subjects,
  ) {}

  make({ client, holder, scopes, accessToken, nonce }: IdTokenOrder): Promise<string> {
    const iat = Math.floor(Date.now() / 1_000);
    return this.signer.sign(
      {
        ...personClaims(holder, scopes),
        ...(scopes.includes('groups') && this.groups(holder)),
        iss: this.config.issuer,
        sub: this.subjects.subjectOf(holder.id, client),
        aud: client.id,
        exp: iat + this.config.lifetimes.idToken,
        iat,
        auth_time: Math.floor(holder.authTime.getTime() / 1_000),
        acr: holder.acr,
        amr: holder.amr,
        at_hash: atHash(accessToken, this.signer.alg),
        ...(holder.sessionId && { sid: holder.sessionId }),
        ...(nonce !== undefined && { nonce }),
      },
      'JWT',
    );
  }

  /** In place of the `groups` that userinfo says. */
  private groups({ groups }: Holder): Record<string, unknown> {
    return { groups: undefined, ...groupsOfIdToken(groups, this.config.userinfoResource) };
  }
}

/** The left half of the hash that the signing algorithm uses; Ed25519 uses SHA-512 (RFC 8032 §5.1). */
function atHash(accessToken: string, alg: string): string {
  const hash = createHash(alg === 'EdDSA' ? 'sha512' : 'sha256')
    .update(accessToken)
    .digest();
  return hash.subarray(0, hash.length / 2).toString('base64url');
}
