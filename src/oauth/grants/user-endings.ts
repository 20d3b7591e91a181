import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { UserProvisioning, UsersService } from '../../users/index.js';
import { EndingWriter, type By } from './ending-writer.js';

/** The end of people whom a directory no longer has, in a transaction that says more about them. */
@Injectable()
export class UserEndings {
  constructor(
    private readonly users: UsersService,
    private readonly provisioning: UserProvisioning,
    private readonly writer: EndingWriter,
  ) {}

  /** Sessions, grants and tokens end, and nobody comes back in. Returns the position in the ledger. */
  async disable(tx: EntityManager, id: string, by: By): Promise<number | undefined> {
    const disabled = await this.users.setDisabled(tx, id, true, { ...by, origin: 'scim' });
    return (await this.writer.endUser(tx, id, by, { always: disabled })).seq;
  }

  /** What was given out is in the ledger by the same commit that takes the account and all that hangs off it. */
  async remove(tx: EntityManager, id: string, by: By): Promise<number | undefined> {
    await this.provisioning.checkRemovable(tx, id);
    const last = async (): Promise<void> => {
      await this.provisioning.remove(tx, id, by);
    };
    return (await this.writer.endUser(tx, id, by, { always: true, last })).seq;
  }
}
