import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { FactorStore } from './factor-store.js';
import { hasSecondFactor } from './factors.js';
import { Journal } from './journal.js';
import type { MadePasskey } from './passkey.js';
import type { Person } from './person.js';
import { WaysIn, type AllWays, type Kept } from './ways-in.js';

export type Removal = 'removed' | 'not_there' | Kept;

/** Of two removals at once, the second one sees what the first one left. */
const HOLD = 'SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE';

/** Looked at in the transaction of the change. */
type May = (tx: EntityManager) => Promise<boolean>;
const always: May = () => Promise.resolve(true);

/** What a person adds to the ways they sign in, and takes away; never the last one. */
@Injectable()
export class FactorChanges {
  constructor(
    private readonly store: FactorStore,
    private readonly ways: WaysIn,
    private readonly journal: Journal,
  ) {}

  /** False when it is somebody’s already, or the person has too many; `undefined` when they `may` not. */
  addPasskey(person: Person, made: MadePasskey, may = always): Promise<boolean | undefined> {
    return this.journal.together(async (tx) =>
      (await may(tx)) ? this.addPasskeyIn(tx, person, made) : undefined,
    );
  }

  async addPasskeyIn(tx: EntityManager, person: Person, made: MadePasskey): Promise<boolean> {
    if (!(await this.store.addPasskey(tx, person.userId, made))) return false;
    const { aaguid, backupEligible } = made.passkey;
    await this.journal.write(tx, person, {
      type: 'user.passkey.added',
      letter: 'passkey_added',
      item: made.name,
      details: { aaguid, synced: backupEligible },
    });
    return true;
  }

  async renamePasskey(person: Person, id: string, name: string): Promise<void> {
    await this.journal.together(async (tx) => {
      if (await this.store.passkeys.rename(tx, person.userId, id, name))
        await this.journal.write(tx, person, { type: 'user.passkey.renamed', item: name });
    });
  }

  removePasskey(person: Person, id: string): Promise<Removal> {
    const minus = (ways: AllWays) => ({ ...ways, passkeys: ways.passkeys - 1 });
    return this.remove(person, minus, async (tx) => {
      const name = await this.store.passkeys.remove(tx, person.userId, id);
      if (name === undefined) return false;
      await this.journal.write(tx, person, {
        type: 'user.passkey.removed',
        letter: 'passkey_removed',
        item: name,
      });
      return true;
    });
  }

  /** Answers the recovery codes that belong to it; nobody sees them again. `undefined` when they `may` not. */
  addAuthenticator(
    person: Person,
    { secret, step }: { secret: string; step: number },
    may = always,
  ): Promise<string[] | undefined> {
    return this.journal.together(async (tx) => {
      if (!(await may(tx))) return undefined;
      await this.store.authenticators.add(tx, person.userId, secret, step);
      await this.journal.write(tx, person, {
        type: 'user.authenticator.added',
        letter: 'authenticator_added',
      });
      return this.newCodes(tx, person);
    });
  }

  removeAuthenticator(person: Person): Promise<Removal> {
    const minus = (ways: AllWays) => ({ ...ways, authenticator: false });
    return this.remove(person, minus, async (tx) => {
      if (!(await this.store.authenticators.remove(tx, person.userId))) return false;
      await this.journal.write(tx, person, {
        type: 'user.authenticator.removed',
        letter: 'authenticator_removed',
      });
      return true;
    });
  }

  renewCodes(person: Person): Promise<string[]> {
    return this.journal.together((tx) => this.newCodes(tx, person, true));
  }

  private async newCodes(tx: EntityManager, person: Person, told = false): Promise<string[]> {
    const codes = await this.store.codes.renew(tx, person.userId);
    await this.journal.write(tx, person, {
      type: 'user.recovery_codes.created',
      ...(told && { letter: 'recovery_codes_created' }),
      details: { count: codes.length },
    });
    return codes;
  }

  private async remove(
    person: Person,
    minus: (ways: AllWays) => AllWays,
    work: (tx: EntityManager) => Promise<boolean>,
  ): Promise<Removal> {
    const others = await this.ways.list();
    return this.journal.together(async (tx) => {
      await tx.query(HOLD, [person.userId]);
      const left = minus(await this.ways.ofIn(tx, person.userId, others));
      const kept = await this.ways.keeps(tx, person.userId, left);
      if (kept) return kept;
      if (!(await work(tx))) return 'not_there';
      // Codes stand in for a second factor; without one they stand for nothing.
      if (!hasSecondFactor(left)) await this.store.codes.removeAll(tx, person.userId);
      return 'removed';
    });
  }
}
