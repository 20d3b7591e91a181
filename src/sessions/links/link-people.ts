import { Injectable } from '@nestjs/common';
import { UsersService, type Account } from '../../users/index.js';
import { isLocal, WaysIn } from '../factors/ways-in.js';

/** Who a letter is for; nobody who may not come in. */
@Injectable()
export class LinkPeople {
  constructor(
    private readonly users: UsersService,
    private readonly ways: WaysIn,
  ) {}

  async byEmail(email = ''): Promise<Account | undefined> {
    return enabled(await this.users.findByEmail(email));
  }

  async byId(id = ''): Promise<Account | undefined> {
    return enabled(await this.users.find(id));
  }

  async isLocal({ id }: Account): Promise<boolean> {
    return isLocal(await this.ways.of(id));
  }

  mayHaveOwn({ email }: Account): Promise<boolean> {
    return this.ways.mayHaveOwn(email);
  }

  async isTaken(email: string, { id }: Account): Promise<boolean> {
    const owner = await this.users.findByEmail(email);
    return owner !== undefined && owner.id !== id;
  }
}

const enabled = (account: Account | undefined): Account | undefined =>
  account?.disabledAt ? undefined : account;
