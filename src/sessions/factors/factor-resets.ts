import { Injectable } from '@nestjs/common';
import type { Actor } from '../../audit/index.js';
import { UsersService } from '../../users/index.js';
import { CredentialResets, type ResetEnded } from '../credential-resets.js';
import { FactorStore } from './factor-store.js';
import { Journal } from './journal.js';

/** Takes away all of a person’s second factors and passkeys: for those who lost them, and for those who lost control. */
@Injectable()
export class FactorResets {
  constructor(
    private readonly users: UsersService,
    private readonly store: FactorStore,
    private readonly journal: Journal,
    private readonly resets: CredentialResets,
  ) {}

  /** `undefined`: no such person. */
  async reset(
    userId: string,
    { actor, reason }: { actor: Actor; reason?: string },
  ): Promise<ResetEnded | undefined> {
    const account = await this.users.find(userId);
    if (!account) return undefined;
    return this.journal.together(async (tx) => {
      // A sign-in that has begun waits, and then has nothing to rest on.
      await this.users.hold(tx, userId);
      const removed = await this.store.removeAll(tx, userId);
      const person = { userId, email: account.email, ...(account.name && { name: account.name }) };
      await this.journal.write(tx, person, {
        type: 'user.factors.reset',
        letter: 'factors_reset',
        actor,
        details: { ...removed, ...(reason && { reason }) },
      });
      return this.resets.endEverything(tx, { userId, actor, reason: reason ?? 'factors_reset' });
    });
  }
}
