import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { openUnderToken } from '../../sealing/index.js';
import { OAuthError } from '../oauth-error.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import type { TokenSet } from '../tokens/token-set.js';
import { invalidGrant, type Outcome } from './outcome.js';
import { REFRESH_ANSWER, type RefreshState } from './refresh-rotation.js';
import type { RefreshRequest } from './refresh-request.js';
import { ReplayPunishment } from './replay-punishment.js';

/** A refresh token that was rotated before: a client that asked twice, a late one, or a thief. */
@Injectable()
export class RepeatedRefresh {
  constructor(
    private readonly config: AppConfig,
    private readonly audit: AuditLog,
    private readonly punishment: ReplayPunishment,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  async decide(state: RefreshState, { token, scope }: RefreshRequest): Promise<Outcome> {
    const age = Date.now() - state.used_at!.getTime();
    if (age > this.config.lifetimes.refreshOverlap * 1_000)
      return this.punishment.punish(state, 'refresh_token_replayed');
    if (!state.successor_used_at && state.sealed_answer) {
      const tokens = JSON.parse(openUnderToken(token, REFRESH_ANSWER, state.sealed_answer)) as TokenSet;
      return this.covers(scope, tokens) ? { tokens } : wider();
    }
    await this.audit.decide({
      type: 'token.refresh_late',
      outcome: { result: 'denied', reason: 'successor_in_use', httpStatus: 400 },
      userId: state.user_id,
      clientId: state.client_id,
      grantId: state.grant_id,
    });
    return invalidGrant('successor_in_use');
  }

  /** RFC 6749 §6: an answer given before is no wider than what is asked for now. */
  private covers(asked: readonly string[], { scope }: TokenSet): boolean {
    return asked.length === 0 || this.catalogue.missing(asked, scope.split(' ')).length === 0;
  }
}

function wider(): Outcome {
  return {
    refusal: new OAuthError('invalid_scope', 'This refresh token was just used for a wider scope', {
      reason: 'repeated_for_a_narrower_scope',
    }),
  };
}
