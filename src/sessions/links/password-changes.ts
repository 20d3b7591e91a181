import { Injectable } from '@nestjs/common';
import { Credentials, OneTimeLinks } from '../../users/index.js';
import { Journal } from '../factors/journal.js';
import type { Person } from '../factors/person.js';
import { OtherBrowsers } from '../other-browsers.js';

/** A person gives themselves another password. */
@Injectable()
export class PasswordChanges {
  constructor(
    private readonly credentials: Credentials,
    private readonly links: OneTimeLinks,
    private readonly browsers: OtherBrowsers,
    private readonly journal: Journal,
  ) {}

  /** Every other browser is signed out; links to choose a password that were sent before are void. */
  async apply(person: Person, sessionId: string, hash: string): Promise<void> {
    const { userId } = person;
    await this.journal.together(async (tx) => {
      await this.credentials.setPassword(tx, userId, hash);
      await this.links.voidAll(tx, userId);
      const by = { actor: { type: 'user', id: userId }, reason: 'password_changed' } as const;
      await this.browsers.end(tx, { userId, sessionId }, by);
      await this.journal.write(tx, person, { type: 'user.password.changed', letter: 'password_changed' });
    });
  }
}
