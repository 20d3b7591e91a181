import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import type { FinishedLetter, LetterFacts } from './letter.js';
import { mailFailureOf, type MailFailure } from './mail-failure.js';
import { MailTransport } from './mail-transport.js';
import { renderLetter, type RenderedLetter } from './render.js';

/** Sends one letter, and writes down what became of it. */
@Injectable()
export class MailPost {
  private readonly logger = new Logger('mail');

  constructor(
    private readonly config: AppConfig,
    private readonly transport: MailTransport,
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** Returns why it failed. */
  async send(finished: FinishedLetter): Promise<MailFailure | undefined> {
    const { kind, to } = finished.letter;
    let written: RenderedLetter;
    try {
      written = renderLetter(finished, this.config);
    } catch (error) {
      return this.ownFault('letter_not_written', kind, error);
    }
    try {
      await this.transport.send(to, written);
      return undefined;
    } catch (error) {
      const failure = mailFailureOf(error);
      this.logger.warn({ ...failure, kind }, 'a letter could not be sent');
      return failure;
    }
  }

  /** What no mail server was asked about. Another replica, or another version, may be able to do it. */
  ownFault(reason: string, kind: string, error: unknown): MailFailure {
    this.logger.error({ err: error, reason, kind }, 'a letter could not be made');
    return { reason, isFinal: false };
  }

  async settle(
    { id, attempts }: { id: string; attempts: number },
    { kind, userId }: LetterFacts,
    failure: MailFailure | undefined,
  ): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const [rows] = await tx.query<[unknown[], number]>(
        'DELETE FROM mail_outbox WHERE id = $1 RETURNING id',
        [id],
      );
      if (rows.length === 0) return;
      await this.audit.record(tx, {
        type: 'mail.letter.sent',
        actor: { type: 'system' },
        outcome: failure ? { result: 'error', reason: failure.reason } : { result: 'allowed' },
        ...(userId && { userId }),
        details: { kind, attempts },
      });
    });
  }
}
