import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Role } from '../config/index.js';
import { Rights, type By } from './groups/rights.js';
import { accountOf, type Account } from './account.js';
import { User } from './user.entity.js';

/** Roles that are given to people themselves, beside those of their groups. */
@Injectable()
export class RoleAssignments {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rights: Rights,
  ) {}

  /**
   * What `decide` says of the person as they are takes the place of what was assigned before. `undefined`: there is no such person; `seq` is the position in the
   * ledger, when they lost a role by it.
   * @throws LastAdmin
   */
  async assign(
    id: string,
    decide: (before: Account) => readonly Role[],
    by: By,
  ): Promise<{ seq?: number } | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const user = await tx.findOne(User, { where: { id }, lock: { mode: 'for_no_key_update' } });
      if (!user) return undefined;
      const roles = decide(accountOf(user));
      await tx.update(User, { id }, { assignedRoles: [...new Set(roles)] });
      const seq = await this.rights.settle(tx, { users: [id] }, by);
      return seq === undefined ? {} : { seq };
    });
  }
}
