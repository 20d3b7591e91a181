import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RevocationLedger } from '../../revocation/index.js';
import { CredentialResets } from '../credential-resets.js';
import type { Person } from '../factors/person.js';

/** Ends what was got with a password that somebody else may know. */
@Injectable()
export class PasswordReplacement {
  constructor(
    private readonly resets: CredentialResets,
    private readonly ledger: RevocationLedger,
  ) {}

  async endEverything(tx: EntityManager, { userId }: Person): Promise<void> {
    const actor = { type: 'user', id: userId } as const;
    await this.resets.endEverything(tx, { userId, actor, reason: 'password_reset' });
  }

  /** What ended is dead here when this returns, and at other replicas as after any revocation. */
  isKnownHere(): Promise<void> {
    return this.ledger.catchUp();
  }
}
