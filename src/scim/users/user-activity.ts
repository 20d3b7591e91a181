import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { UserEndings } from '../../oauth/index.js';
import { UsersService } from '../../users/index.js';
import type { ScimCaller } from '../scim-caller.js';

const REASON = 'deprovisioned';

/** What a directory's word about `active` does. */
@Injectable()
export class UserActivity {
  constructor(
    private readonly users: UsersService,
    private readonly endings: UserEndings,
  ) {}

  /** Returns the position in the ledger when somebody lost something. */
  async set(
    tx: EntityManager,
    { id, active, disabled_origin }: { id: string; active: boolean; disabled_origin: string | null },
    wanted: unknown,
    { actor }: ScimCaller,
  ): Promise<number | undefined> {
    if (typeof wanted !== 'boolean' || wanted === active) return undefined;
    if (!wanted) return this.endings.disable(tx, id, { actor, reason: REASON });
    // Whom an operator has kept out, a directory does not let in again.
    if (disabled_origin !== 'admin') await this.users.setDisabled(tx, id, false, { actor });
    return undefined;
  }

  remove(tx: EntityManager, id: string, { actor }: ScimCaller): Promise<number | undefined> {
    return this.endings.remove(tx, id, { actor, reason: REASON });
  }
}
