import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../audit/index.js';
import { Outbox } from '../../mail/index.js';
import type { Account } from '../../users/index.js';
import { Journal } from '../factors/journal.js';

/** The errand of a letter with a link to choose how to sign in. */
export const INVITE_ERRAND = 'invite';

export interface By {
  readonly actor: Actor;
  /** Of the letter. */
  readonly language?: string;
}

/** The letters of invitations. */
@Injectable()
export class InvitationLetters {
  constructor(
    private readonly outbox: Outbox,
    private readonly journal: Journal,
  ) {}

  get areSent(): boolean {
    return this.outbox.isOpen;
  }

  async send(tx: EntityManager, { id, email }: Account, { actor, language }: By): Promise<void> {
    await this.journal.write(tx, { userId: id, email }, { type: 'user.account.invited', actor });
    await this.outbox.sendLater(tx, {
      errand: INVITE_ERRAND,
      about: { userId: id },
      ...(language && { language }),
    });
  }
}
