import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { unlessTaken, UsersService, type Account, type NewUser } from '../../users/index.js';
import { WaysIn } from '../factors/ways-in.js';
import { InvitationLetters, type By } from './invitation-letters.js';

export type Invited = Pick<NewUser, 'email' | 'name' | 'roles'>;

/** Why somebody is not invited. */
export type NotInvited = 'disabled' | 'has_a_way_in' | 'signs_in_elsewhere';

/** Lets people in who are not here yet. Their address is theirs when they open the letter, and not before. */
@Injectable()
export class Invitations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UsersService,
    private readonly ways: WaysIn,
    private readonly letters: InvitationLetters,
  ) {}

  /** Where no letters are sent, nobody can be invited. */
  get areThere(): boolean {
    return this.letters.areSent;
  }

  /** Makes an account and invites its person. */
  async create(person: Invited, by: By): Promise<Account | 'taken' | 'signs_in_elsewhere'> {
    if (!(await this.ways.mayHaveOwn(person.email))) return 'signs_in_elsewhere';
    return this.dataSource.transaction(async (tx) => {
      const account = await unlessTaken(tx, (inner) =>
        this.users.create(inner, { ...person, emailVerified: false, origin: 'invitation' }),
      );
      if (!account) return 'taken';
      await this.letters.send(tx, account, by);
      return account;
    });
  }

  /** Invites once more; the link of the letter before is void when the new one leaves. */
  async invite(account: Account, by: By): Promise<'invited' | NotInvited> {
    if (account.disabledAt) return 'disabled';
    if (!(await this.ways.mayHaveOwn(account.email))) return 'signs_in_elsewhere';
    const { password, passkeys, providers } = await this.ways.of(account.id);
    if (password || passkeys > 0 || providers.length > 0) return 'has_a_way_in';
    await this.dataSource.transaction((tx) => this.letters.send(tx, account, by));
    return 'invited';
  }
}
