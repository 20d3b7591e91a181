import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { DataSource, type EntityManager } from 'typeorm';
import { groupKey, type Role } from '../../config/index.js';
import { isUniqueViolation } from '../../database/index.js';
import { GroupIsConfigured, GroupNameTaken } from './group-errors.js';
import type { MemberChange } from './group-members.js';
import { Group } from './group.entity.js';
import { groupViewOf, type GroupView } from './group-view.js';
import { GroupWriter, type ChangedGroup } from './group-writer.js';
import type { By } from './rights.js';

export interface NewGroup {
  readonly name: string;
  readonly origin: 'scim' | 'admin';
  readonly externalId?: string;
  readonly roles?: readonly Role[];
  /** Ids of people. */
  readonly members?: readonly string[];
}

export interface GroupChange {
  readonly name?: string;
  /** `null` forgets it. */
  readonly externalId?: string | null;
  readonly roles?: readonly Role[];
  readonly members?: MemberChange;
}

/** Makes, changes and removes groups. */
@Injectable()
export class GroupChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writer: GroupWriter,
  ) {}

  /**
   * A group that only the configuration file knows becomes the one that a provisioning client makes under its name.
   * @throws GroupNameTaken, NoSuchPeople
   */
  async create({ members: users = [], ...wanted }: NewGroup, by: By): Promise<ChangedGroup> {
    const members: MemberChange = { origin: wanted.origin, steps: [{ op: 'replace', users }] };
    return this.oneOfAName(async (tx) => {
      const existing = await tx.findOne(Group, { where: { nameKey: groupKey(wanted.name) }, lock: LOCK });
      if (!existing) return this.writer.insert(tx, wanted, members, by);
      if (existing.origin !== 'config' || wanted.origin !== 'scim') throw new GroupNameTaken();
      const { name, origin, externalId = null } = wanted;
      return this.writer.update(tx, existing, { name, origin, externalId, members }, by);
    });
  }

  /**
   * `decide` sees the group as it is, and may refuse by throwing. `undefined`: there is no such group.
   * @throws GroupNameTaken, GroupIsConfigured, NoSuchPeople, LastAdmin
   */
  async change(
    id: string,
    decide: (before: GroupView, tx: EntityManager) => GroupChange | Promise<GroupChange>,
    by: By,
  ): Promise<ChangedGroup | undefined> {
    return this.oneOfAName(async (tx) => {
      const group = await tx.findOne(Group, { where: { id }, lock: LOCK });
      if (!group) return undefined;
      const change = await decide(groupViewOf(group), tx);
      const { name = group.name, roles } = change;
      if (group.configured && (roles || groupKey(name) !== group.nameKey)) throw new GroupIsConfigured();
      return this.writer.update(tx, group, change, by);
    });
  }

  /**
   * `undefined`: there is no such group.
   * @throws GroupIsConfigured, LastAdmin
   */
  async remove(id: string, check: (before: GroupView) => void, by: By): Promise<ChangedGroup | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const group = await tx.findOne(Group, { where: { id }, lock: LOCK });
      if (!group) return undefined;
      check(groupViewOf(group));
      if (!group.configured) return this.writer.delete(tx, group, by);
      if (group.origin !== 'scim') throw new GroupIsConfigured();
      return this.disown(tx, group, by);
    });
  }

  /** What the file says of the group stays, and so do those it puts there; the client's group is gone (RFC 7644 §3.6). */
  private async disown(tx: EntityManager, group: Group, by: By): Promise<ChangedGroup> {
    const members: MemberChange = { origin: 'scim', steps: [{ op: 'replace', users: [] }] };
    const done = await this.writer.update(tx, group, { externalId: null, origin: 'config', members }, by);
    await tx.update(Group, { id: group.id }, { id: uuidv7() });
    return done;
  }

  /** Of two groups of one name that are made at once, one is. */
  private async oneOfAName<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.dataSource.transaction(work);
    } catch (error) {
      throw isUniqueViolation(error) ? new GroupNameTaken() : error;
    }
  }
}

const LOCK = { mode: 'for_no_key_update' } as const;
