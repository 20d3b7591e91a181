import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AppConfig } from '../../config/index.js';
import { digest, newToken } from '../../sealing/index.js';
import type { Client } from '../clients/client.entity.js';
import { Resources } from '../resources.js';
import {
  AccessTokenMaker,
  type AccessTokenMade,
  type AccessTokenOrder,
  type Holder,
} from './access-token-maker.js';
import type { GrantState } from './grant-state.js';
import { IdTokens } from './id-tokens.js';
import type { TokenSet } from './token-set.js';

export interface Issued {
  readonly tokens: TokenSet;
  readonly access: AccessTokenMade;
  readonly refresh?: { readonly id: string; readonly digest: Buffer; readonly expiresAt: Date };
}

export interface IssueFromGrant {
  readonly state: GrantState;
  readonly client: Client;
  /** What the access token may do; never more than the grant. */
  readonly scopes: readonly string[];
  readonly withRefreshToken: boolean;
  readonly nonce?: string;
  readonly jkt?: string;
}

/** Makes tokens. Storing what must be remembered of them is the grant type's part, in its own statement. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly config: AppConfig,
    private readonly accessTokens: AccessTokenMaker,
    private readonly idTokens: IdTokens,
    private readonly resources: Resources,
  ) {}

  async fromGrant({ state, client, scopes, withRefreshToken, nonce, jkt }: IssueFromGrant): Promise<Issued> {
    const holder = holderOf(state);
    const access = await this.accessTokens.make({
      client,
      resource: this.resources.named(state.resource),
      scopes,
      rev: Number(state.rev),
      holder,
      notAfter: state.grant_expires_at,
      ...(jkt && { jkt }),
    });
    const refresh = withRefreshToken ? this.refresh(state) : undefined;
    const idToken = scopes.includes('openid')
      ? await this.idTokens.make({
          client,
          holder,
          scopes,
          accessToken: access.token,
          ...(nonce !== undefined && { nonce }),
        })
      : undefined;
    const tokens = {
      ...answerOf(access, scopes),
      ...(refresh && { refresh_token: refresh.token }),
      ...(idToken && { id_token: idToken }),
    };
    return { tokens, access, ...(refresh && { refresh }) };
  }

  /** An access token and nothing beside it: no refresh token, no id_token. */
  async alone(order: AccessTokenOrder): Promise<Issued> {
    const access = await this.accessTokens.make(order);
    return { tokens: answerOf(access, order.scopes), access };
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
}

export function holderOf(state: GrantState): Holder {
  return {
    id: state.user_id,
    email: state.email,
    emailVerified: state.email_verified,
    name: state.name,
    roles: state.roles,
    groups: state.groups,
    grantId: state.grant_id,
    sessionId: state.session_id,
    authTime: state.auth_time,
    acr: state.acr,
    amr: state.amr,
  };
}

function answerOf(access: AccessTokenMade, scopes: readonly string[]): TokenSet {
  return {
    access_token: access.token,
    token_type: access.jkt ? 'DPoP' : 'Bearer',
    expires_in: access.seconds,
    scope: scopes.join(' '),
  };
}
