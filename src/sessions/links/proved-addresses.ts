import { Injectable } from '@nestjs/common';
import { Credentials, OneTimeLinks } from '../../users/index.js';
import { Journal } from '../factors/journal.js';
import type { Person } from '../factors/person.js';

/** Gives a person the address that a letter has proved to be theirs. */
@Injectable()
export class ProvedAddresses {
  constructor(
    private readonly links: OneTimeLinks,
    private readonly credentials: Credentials,
    private readonly journal: Journal,
  ) {}

  /** `not_good`: the link is of somebody else, used or too old. The old address is told. */
  async confirm(person: Person, token: string): Promise<'changed' | 'taken' | 'not_good'> {
    return this.journal.together(async (tx) => {
      const link = await this.links.spend(tx, token, 'verify_email', person.userId);
      if (!link) return 'not_good';
      if (!(await this.credentials.changeEmail(tx, person.userId, link.email))) return 'taken';
      await this.journal.write(tx, person, {
        type: 'user.email.changed',
        letter: 'email_changed',
        item: link.email,
      });
      return 'changed';
    });
  }
}
