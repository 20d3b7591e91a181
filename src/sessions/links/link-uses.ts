import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Credentials, OneTimeLinks } from '../../users/index.js';
import { Journal } from '../factors/journal.js';
import type { Person } from '../factors/person.js';
import { PasswordReplacement } from './password-replacement.js';

class NothingGiven extends Error {}

/** What a link that was sent to somebody is used for, once. */
@Injectable()
export class LinkUses {
  constructor(
    private readonly links: OneTimeLinks,
    private readonly credentials: Credentials,
    private readonly journal: Journal,
    private readonly replacement: PasswordReplacement,
  ) {}

  /** False when the link was used meanwhile. Everything that was got with the password before ends with it. */
  async reset(person: Person, token: string, hash: string): Promise<boolean> {
    const isDone = await this.journal.together(async (tx) => {
      if (!(await this.proves(tx, person, token, 'reset'))) return false;
      await this.credentials.setPassword(tx, person.userId, hash);
      await this.journal.write(tx, person, { type: 'user.password.reset', letter: 'password_reset' });
      await this.replacement.endEverything(tx, person);
      return true;
    });
    if (isDone) await this.replacement.isKnownHere();
    return isDone;
  }

  /** False when the link was used meanwhile, or `give` gave nothing. */
  async accept(
    person: Person,
    token: string,
    give: (tx: EntityManager) => Promise<boolean>,
  ): Promise<boolean> {
    try {
      await this.journal.together(async (tx) => {
        // Thrown, so that a link which gave nothing is still good.
        if (!(await this.proves(tx, person, token, 'invite')) || !(await give(tx))) throw new NothingGiven();
        await this.journal.write(tx, person, { type: 'user.invitation.accepted' });
      });
      return true;
    } catch (error) {
      if (error instanceof NothingGiven) return false;
      throw error;
    }
  }

  setPassword(tx: EntityManager, { userId }: Person, hash: string): Promise<void> {
    return this.credentials.setPassword(tx, userId, hash);
  }

  /** Who has the link reads what is sent to the address. */
  private async proves(
    tx: EntityManager,
    { userId }: Person,
    token: string,
    purpose: 'reset' | 'invite',
  ): Promise<boolean> {
    if (!(await this.links.spend(tx, token, purpose, userId))) return false;
    await this.credentials.markVerified(tx, userId);
    return true;
  }
}
