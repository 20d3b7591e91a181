import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { openUnderToken } from '../../sealing/index.js';
import type { TokenSet } from '../tokens/token-set.js';
import { invalidGrant, type Decision } from './outcome.js';
import { REFRESH_ANSWER, type RefreshState } from './refresh-rotation.js';
import { ReplayPunishment } from './replay-punishment.js';

/** A refresh token that was rotated before: a client that asked twice, a late one, or a thief. */
@Injectable()
export class RepeatedRefresh {
  constructor(
    private readonly config: AppConfig,
    private readonly audit: AuditLog,
    private readonly punishment: ReplayPunishment,
  ) {}

  async decide(tx: EntityManager, state: RefreshState, token: string): Promise<Decision> {
    const age = Date.now() - state.used_at!.getTime();
    if (age > this.config.lifetimes.refreshOverlap * 1_000)
      return this.punishment.punish(tx, state, 'refresh_token_replayed');
    if (!state.successor_used_at && state.sealed_answer) {
      return {
        outcome: {
          tokens: JSON.parse(openUnderToken(token, REFRESH_ANSWER, state.sealed_answer)) as TokenSet,
        },
      };
    }
    await this.audit.record(tx, {
      type: 'token.refresh_late',
      outcome: { result: 'denied', reason: 'successor_in_use', httpStatus: 400 },
      userId: state.user_id,
      clientId: state.client_id,
      grantId: state.grant_id,
    });
    return { outcome: invalidGrant('successor_in_use') };
  }
}
