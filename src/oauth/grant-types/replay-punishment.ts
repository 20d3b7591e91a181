import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../../audit/index.js';
import { EndingWriter } from '../grants/ending-writer.js';
import { Endings } from '../grants/endings.js';
import type { GrantState } from '../tokens/grant-state.js';
import { invalidGrant, type Decision } from './outcome.js';

/** A code or refresh token came back that should not: the grant it belongs to ends, and no other (RFC 9700 §4.14.2). */
@Injectable()
export class ReplayPunishment {
  constructor(
    private readonly writer: EndingWriter,
    private readonly endings: Endings,
    private readonly audit: AuditLog,
  ) {}

  /** Call `after` when the transaction has committed: it makes the ending known on every replica before the answer. */
  async punish(
    tx: EntityManager,
    state: GrantState,
    reason: 'code_replayed' | 'refresh_token_replayed',
  ): Promise<Decision> {
    await this.audit.record(tx, {
      type: 'token.reuse_detected',
      outcome: { result: 'denied', reason, httpStatus: 400 },
      userId: state.user_id,
      clientId: state.client_id,
      grantId: state.grant_id,
      token: { kind: reason === 'code_replayed' ? 'code' : 'refresh' },
    });
    const ended = await this.writer.endGrant(tx, state.grant_id, {
      actor: { type: 'system' },
      reason,
    });
    return { outcome: invalidGrant(reason), after: () => this.endings.receipt(ended) };
  }
}
