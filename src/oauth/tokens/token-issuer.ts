import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AppConfig } from '../../config/index.js';
import { TokenSigner } from '../../keys/index.js';
import { digest, newToken } from '../../sealing/index.js';
import type { Client } from '../clients/client.entity.js';
import { Resources } from '../resources.js';
import type { GrantState } from './grant-state.js';
import type { TokenSet } from './token-set.js';

export interface Issued {
  readonly tokens: TokenSet;
  readonly accessToken: { readonly jti: string; readonly exp: number; readonly rev: number };
  readonly refresh?: { readonly id: string; readonly digest: Buffer; readonly expiresAt: Date };
}

export interface IssueFromGrant {
  readonly state: GrantState;
  readonly client: Client;
  /** What the access token may do; never more than the grant. */
  readonly scopes: readonly string[];
  readonly withRefreshToken: boolean;
  readonly nonce?: string;
}

/** Subject, client and lifetime of an access token (RFC 9068 §2.2). */
interface AccessClaims {
  readonly sub: string;
  readonly clientId: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly rev: number;
  readonly seconds: number;
  readonly extra: { readonly [claim: string]: unknown };
}

/** Makes tokens. Storing what must be remembered of them is the grant type's part, in its own statement. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly config: AppConfig,
    private readonly signer: TokenSigner,
    private readonly resources: Resources,
  ) {}

  async fromGrant({ state, client, scopes, withRefreshToken, nonce }: IssueFromGrant): Promise<Issued> {
    const authTime = Math.floor(state.auth_time.getTime() / 1_000);
    const access = await this.access({
      sub: state.user_id,
      clientId: client.id,
      resource: state.resource,
      scopes,
      rev: Number(state.rev),
      seconds: this.resources.find(state.resource)?.accessTokenSeconds ?? this.config.lifetimes.accessToken,
      extra: {
        gid: state.grant_id,
        ...(state.session_id && { sid: state.session_id }),
        auth_time: authTime,
        acr: state.acr,
        amr: state.amr,
      },
    });
    const refresh = withRefreshToken ? this.refresh(state) : undefined;
    const idToken = scopes.includes('openid')
      ? await this.idToken(state, client, access.token, nonce)
      : undefined;
    return {
      tokens: {
        access_token: access.token,
        token_type: 'Bearer',
        expires_in: access.seconds,
        scope: scopes.join(' '),
        ...(refresh && { refresh_token: refresh.token }),
        ...(idToken && { id_token: idToken }),
      },
      accessToken: access,
      ...(refresh && { refresh }),
    };
  }

  /** `client_credentials`: the client itself is the subject, and nothing lives longer than the token. */
  async forClient(
    client: Client,
    resource: { id: string; accessTokenSeconds: number },
    scopes: readonly string[],
    rev: number,
  ): Promise<Issued> {
    const access = await this.access({
      sub: client.id,
      clientId: client.id,
      resource: resource.id,
      scopes,
      rev,
      seconds: resource.accessTokenSeconds,
      extra: {},
    });
    return {
      tokens: {
        access_token: access.token,
        token_type: 'Bearer',
        expires_in: access.seconds,
        scope: scopes.join(' '),
      },
      accessToken: access,
    };
  }

  private async access(
    claims: AccessClaims,
  ): Promise<{ token: string; jti: string; exp: number; rev: number; seconds: number }> {
    const iat = Math.floor(Date.now() / 1_000);
    const exp = iat + claims.seconds;
    const jti = randomUUID();
    const token = await this.signer.sign(
      {
        iss: this.config.issuer,
        sub: claims.sub,
        aud: claims.resource,
        exp,
        iat,
        jti,
        client_id: claims.clientId,
        scope: claims.scopes.join(' '),
        rev: claims.rev,
        ...claims.extra,
      },
      'at+jwt',
    );
    return { token, jti, exp, rev: claims.rev, seconds: claims.seconds };
  }

  private refresh(state: GrantState): { token: string; id: string; digest: Buffer; expiresAt: Date } {
    const token = newToken('gh_rt_');
    const idle = Date.now() + this.config.lifetimes.refreshIdle * 1_000;
    return {
      token,
      id: uuidv7(),
      digest: digest(token),
      expiresAt: new Date(Math.min(idle, state.grant_expires_at.getTime())),
    };
  }

  /** OpenID Connect Core §2 and §3.1.3.6 (`at_hash`). */
  private idToken(
    state: GrantState,
    client: Client,
    accessToken: string,
    nonce: string | undefined,
  ): Promise<string> {
    const iat = Math.floor(Date.now() / 1_000);
    const half = createHash('sha256').update(accessToken).digest().subarray(0, 16);
    return this.signer.sign(
      {
        iss: this.config.issuer,
        sub: state.user_id,
        aud: client.id,
        exp: iat + 3_600,
        iat,
        auth_time: Math.floor(state.auth_time.getTime() / 1_000),
        acr: state.acr,
        amr: state.amr,
        at_hash: half.toString('base64url'),
        ...(state.session_id && { sid: state.session_id }),
        ...(nonce !== undefined && { nonce }),
      },
      'JWT',
    );
  }
}
