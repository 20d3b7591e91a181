import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { currentAudit } from '../../audit/index.js';
import { TokenSigner } from '../../keys/index.js';
import { sealUnderToken } from '../../sealing/index.js';
import type { Client } from '../clients/client.entity.js';
import { OAuthError } from '../oauth-error.js';
import type { GrantState } from '../tokens/grant-state.js';
import { issueStatement, StoredTokens } from '../tokens/stored-tokens.js';
import { TokenIssuer } from '../tokens/token-issuer.js';
import { TokenThrottle } from '../token-throttle.js';
import type { Outcome } from './outcome.js';

/** Purpose under which an answer is sealed for the overlap. */
export const REFRESH_ANSWER = 'refresh-answer';

export interface RefreshState extends GrantState {
  readonly refresh_id: string;
  readonly refresh_expires_at: Date;
  readonly used_at: Date | null;
  readonly successor_used_at: Date | null;
  readonly sealed_answer: Buffer | null;
  readonly step_up_at: Date | null;
}

const ROTATE = issueStatement(`,
rotated AS (
  UPDATE refresh_tokens SET used_at = clock_timestamp(), successor_id = $10, sealed_answer = $14 WHERE id = $15)
UPDATE grants SET last_used_at = now(), last_used_ip = $16 WHERE id = $2`);

/** Replaces a refresh token by its successor. */
@Injectable()
export class RefreshRotation {
  constructor(
    private readonly issuer: TokenIssuer,
    private readonly signer: TokenSigner,
    private readonly throttle: TokenThrottle,
    private readonly stored: StoredTokens,
  ) {}

  async rotate(
    tx: EntityManager,
    client: Client,
    state: RefreshState,
    asked: { token: string; scope: string | undefined },
  ): Promise<Outcome> {
    const retryAfter = await this.throttle.rotation(state.grant_id);
    if (retryAfter !== undefined) {
      return {
        refusal: new OAuthError('temporarily_unavailable', 'This grant is refreshed too often', {
          status: 429,
          retryAfter,
          reason: 'throttled_rotations',
        }),
      };
    }
    const scopes = asked.scope ? [...new Set(asked.scope.split(' ').filter(Boolean))] : state.scopes;
    const of = {
      grantId: state.grant_id,
      userId: state.user_id,
      client,
      resource: state.resource,
      kid: this.signer.kid,
    };
    const issued = await this.issuer.fromGrant({ state, client, scopes, withRefreshToken: true });
    const answer = sealUnderToken(asked.token, REFRESH_ANSWER, JSON.stringify(issued.tokens));
    const own = [answer, state.refresh_id, currentAudit()?.ip ?? null];
    await this.stored.remember(tx, ROTATE, { issued, of, grantType: 'refresh_token' }, own);
    return { tokens: issued.tokens };
  }
}
