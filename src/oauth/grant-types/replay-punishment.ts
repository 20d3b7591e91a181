import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../audit/index.js';
import { EndingWriter } from '../grants/ending-writer.js';
import { Endings } from '../grants/endings.js';
import type { GrantState } from '../tokens/grant-state.js';
import { invalidGrant, type Refusal } from './outcome.js';

/** A code or refresh token came back that should not: the grant it belongs to ends, and no other (RFC 9700 §4.14.2). */
@Injectable()
export class ReplayPunishment {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writer: EndingWriter,
    private readonly endings: Endings,
    private readonly audit: AuditLog,
  ) {}

  /** The ending is committed and known on every replica when this answers. */
  async punish(
    state: GrantState,
    reason: 'code_replayed' | 'device_code_replayed' | 'refresh_token_replayed',
  ): Promise<Refusal> {
    const ended = await this.dataSource.transaction(async (tx) => {
      await this.audit.record(tx, {
        type: 'token.reuse_detected',
        outcome: { result: 'denied', reason, httpStatus: 400 },
        userId: state.user_id,
        clientId: state.client_id,
        grantId: state.grant_id,
        token: { kind: reason === 'refresh_token_replayed' ? 'refresh' : 'code' },
      });
      return this.writer.endGrant(tx, state.grant_id, { actor: { type: 'system' }, reason });
    });
    await this.endings.receipt(ended);
    return invalidGrant(reason);
  }
}
