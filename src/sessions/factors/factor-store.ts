import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Authenticators } from './authenticators.js';
import type { MadePasskey } from './passkey.js';
import { Passkeys } from './passkeys.js';
import { RecoveryCodes } from './recovery-codes.js';

/** What was there. */
export interface RemovedFactors {
  readonly passkeys: number;
  readonly authenticator: boolean;
}

/** Where the factors of a person are kept, whatever their kind. */
@Injectable()
export class FactorStore {
  constructor(
    readonly passkeys: Passkeys,
    readonly authenticators: Authenticators,
    readonly codes: RecoveryCodes,
  ) {}

  addPasskey(tx: EntityManager, userId: string, made: MadePasskey): Promise<boolean> {
    const { userHandle, name, passkey } = made;
    return this.passkeys.add(tx, { userId, userHandle, name }, passkey);
  }

  async removeAll(tx: EntityManager, userId: string): Promise<RemovedFactors> {
    const passkeys = await this.passkeys.removeAll(tx, userId);
    const authenticator = await this.authenticators.remove(tx, userId);
    await this.codes.removeAll(tx, userId);
    return { passkeys, authenticator };
  }
}
