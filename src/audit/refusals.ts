import { Injectable, Logger } from '@nestjs/common';
import { isDatabaseUnavailable } from '../database/index.js';
import { currentAudit } from './audit-context.js';
import type { OutcomeResult } from './audit-fact.js';
import { AuditLog } from './audit-log.js';
import type { EventType } from './event-types.js';

/** Gives every refused request an audit event and a decision id, unless the code that refused wrote one itself. */
@Injectable()
export class Refusals {
  private readonly logger = new Logger('refusal');

  constructor(private readonly audit: AuditLog) {}

  /** Whether the cause of a refusal is that the database is away: answer 503 and say when to try again. */
  unavailable(cause: unknown): boolean {
    return isDatabaseUnavailable(cause);
  }

  /**
   * Call from an exception filter before answering. `reason` is a snake_case code of our own.
   * Resolves with the decision id; `undefined` when the database is away, which the answer itself then says.
   */
  async record(type: EventType, status: number, reason: string): Promise<string | undefined> {
    const context = currentAudit();
    this.logger.log({ status, reason, requestId: context?.requestId }, 'request refused');
    // A failure may have undone the transaction that wrote it.
    if (context?.lastEventId && status < 500) return context.lastEventId;
    try {
      return await this.audit.decide({
        type,
        outcome: { result: resultOf(status), reason, httpStatus: status },
      });
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      this.logger.warn({ status, reason }, 'a refusal could not be audited: the database is away');
      return undefined;
    }
  }
}

function resultOf(status: number): OutcomeResult {
  if (status === 429) return 'throttled';
  return status >= 500 ? 'error' : 'denied';
}
