import { Injectable } from '@nestjs/common';
import { Outbox } from '../../mail/index.js';
import { Throttled } from '../../throttling/index.js';
import { Journal } from '../factors/journal.js';
import type { Person } from '../factors/person.js';
import { MailThrottle } from './mail-throttle.js';

/** The errand of a letter with a link that proves an address. */
export const VERIFY_ERRAND = 'verify_email';

/** Asks for another address. It takes the place of the old one when a letter to it has been opened. */
@Injectable()
export class EmailChanges {
  constructor(
    private readonly outbox: Outbox,
    private readonly journal: Journal,
    private readonly throttle: MailThrottle,
  ) {}

  get areThere(): boolean {
    return this.outbox.isOpen;
  }

  /** What is done is the same whether or not the address is somebody’s. @throws Throttled */
  async ask(person: Person, email: string): Promise<void> {
    const retryAfter =
      (await this.throttle.tooManyBy(person.userId)) ?? (await this.throttle.tooManyTo(email));
    if (retryAfter !== undefined) throw new Throttled('mail', retryAfter);
    await this.journal.together(async (tx) => {
      await this.journal.write(tx, person, { type: 'user.email.change_requested', item: email });
      await this.outbox.sendLater(tx, {
        errand: VERIFY_ERRAND,
        about: { userId: person.userId, email },
        ...(person.language && { language: person.language }),
      });
    });
  }
}
