import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../audit/index.js';
import { Outbox } from '../../mail/index.js';
import { MailThrottle } from './mail-throttle.js';

/** The errand of a letter with a link to choose a new password. */
export const RESET_ERRAND = 'reset';

/**
 * Asks for a link to choose a new password. What is done is the same whoever is meant: who that is, and whether they
 * may have one, is found out when the letter leaves.
 */
@Injectable()
export class PasswordResets {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly audit: AuditLog,
    private readonly throttle: MailThrottle,
  ) {}

  /** Where no letters are sent, nobody can ask for one. */
  get areThere(): boolean {
    return this.outbox.isOpen;
  }

  /** Seconds to wait when too many were asked for from this address; it says nothing about the account. */
  refusal(ip: string): Promise<number | undefined> {
    return this.throttle.tooManyFrom(ip);
  }

  async ask(email: string, language: string): Promise<void> {
    // Nobody is told that a letter would have been one too many.
    const isOneTooMany = (await this.throttle.tooManyTo(email)) !== undefined;
    await this.dataSource.transaction(async (tx) => {
      await this.audit.record(tx, {
        type: 'user.password.reset_requested',
        outcome: isOneTooMany ? { result: 'throttled', reason: 'too_many_letters' } : { result: 'allowed' },
        actor: { type: 'anonymous' },
        details: { email },
      });
      if (!isOneTooMany)
        await this.outbox.sendLater(tx, { errand: RESET_ERRAND, about: { email }, language });
    });
  }
}
