import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isDatabaseUnavailable } from '../database/index.js';
import { CannotOpen } from '../sealing/index.js';
import { Errands } from './errands.js';
import type { Errand, FinishedLetter, Letter, LetterFacts } from './letter.js';
import type { MailFailure } from './mail-failure.js';
import { MailPost } from './mail-post.js';
import { Outbox } from './outbox.js';

/** Seconds from one attempt to the next. Each is longer than an attempt may take, so none begins while one is under way. */
const PAUSES = [120, 300, 900, 3_600, 7_200];

/** An attempt that this replica has taken on. */
export interface DueLetter {
  readonly id: string;
  readonly sealed: Buffer;
  /** The one that is due counts. */
  readonly attempts: number;
}

interface Attempt {
  readonly facts: LetterFacts;
  /** Absent: the letter left. */
  readonly failure: MailFailure | undefined;
}

/** The next attempt is set before this one is made: whoever dies in the middle leaves it to the others. */
const CLAIM = `
UPDATE mail_outbox SET attempts = attempts + 1,
  next_attempt_at = now() + make_interval(secs => ($1::int[])[least(attempts + 1, cardinality($1::int[]))])
WHERE id IN (
  SELECT id FROM mail_outbox WHERE next_attempt_at <= now() ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id, sealed, attempts`;

/** Sends what is in the outbox; any replica may make any attempt. */
@Injectable()
export class MailDeliveries {
  private readonly logger = new Logger('mail');

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly errands: Errands,
    private readonly post: MailPost,
  ) {}

  async claim(atMost: number): Promise<DueLetter[]> {
    const [due] = await this.dataSource.query<[DueLetter[], number]>(CLAIM, [PAUSES, atMost]);
    return due;
  }

  async deliver(due: DueLetter): Promise<void> {
    const queued = this.read(due);
    const attempt = queued && (await this.attempt(queued));
    if (!attempt) return this.forget(due);
    const { facts, failure } = attempt;
    if (failure && !failure.isFinal && due.attempts <= PAUSES.length) return;
    await this.post.settle(due, facts, failure);
  }

  /** `undefined`: nothing is to be sent. */
  private async attempt(queued: Letter | Errand): Promise<Attempt | undefined> {
    if (!('errand' in queued)) return this.sent({ letter: queued });
    const { errand: kind, about } = queued;
    const { userId } = about;
    try {
      const finished = await this.errands.finish(queued);
      return finished && (await this.sent(finished));
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      const failure = this.post.ownFault('letter_not_finished', kind, error);
      return { facts: { kind, ...(userId !== undefined && { userId }) }, failure };
    }
  }

  private async sent(finished: FinishedLetter): Promise<Attempt> {
    return { facts: finished.letter, failure: await this.post.send(finished) };
  }

  /** What no key opens any more says nothing to anybody. */
  private read({ id, sealed }: DueLetter): Letter | Errand | undefined {
    try {
      return this.outbox.open(sealed);
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error;
      this.logger.error({ letter: id }, 'a letter cannot be opened and is dropped');
      return undefined;
    }
  }

  private async forget({ id }: DueLetter): Promise<void> {
    await this.dataSource.query('DELETE FROM mail_outbox WHERE id = $1', [id]);
  }
}
