import { Injectable } from '@nestjs/common';
import { UsersService, type Account } from '../../users/index.js';
import { Journal } from './journal.js';
import type { Assertion, StoredPasskey } from './passkey.js';
import { Passkeys } from './passkeys.js';

/** What it means that a passkey was used: it counts on, or there is a copy of it. */
@Injectable()
export class PasskeyUses {
  constructor(
    private readonly users: UsersService,
    private readonly passkeys: Passkeys,
    private readonly journal: Journal,
  ) {}

  /** Whose it is, if they may come in. */
  async owner({ userId }: StoredPasskey): Promise<Account | undefined> {
    const account = await this.users.find(userId);
    return account?.disabledAt ? undefined : account;
  }

  /** WebAuthn §7.2, step 22. False when its counter did not rise; the owner is told. */
  async count(passkey: StoredPasskey, assertion: Assertion, account: Account): Promise<boolean> {
    return this.journal.together(async (tx) => {
      if (await this.passkeys.use(tx, passkey.id, assertion)) return true;
      const person = {
        userId: account.id,
        email: account.email,
        ...(account.name && { name: account.name }),
      };
      await this.journal.write(tx, person, {
        type: 'user.passkey.refused',
        letter: 'passkey_refused',
        item: passkey.name,
        details: { reason: 'counter_regression' },
      });
      return false;
    });
  }
}
