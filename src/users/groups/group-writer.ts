import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { EntityManager } from 'typeorm';
import { AuditLog, type Change, type Json } from '../../audit/index.js';
import { groupKey, type Role } from '../../config/index.js';
import { GroupMembers, type MemberChange } from './group-members.js';
import { Group, type GroupOrigin } from './group.entity.js';
import { groupViewOf, type GroupView } from './group-view.js';
import { everybodyIn } from './memberships.js';
import { Rights, type By, type Touched } from './rights.js';

export interface GroupValues {
  readonly name?: string;
  /** `null` forgets it. */
  readonly externalId?: string | null;
  readonly roles?: readonly Role[];
  readonly origin?: GroupOrigin;
  readonly configured?: boolean;
}

export interface ChangedGroup {
  readonly group: GroupView;
  /** Position in the ledger, when somebody lost a right by it. */
  readonly seq?: number;
}

interface Recorded {
  readonly by: By;
  /** What it was, and what it is. */
  readonly change: readonly [Group | null, Group | null];
  readonly details: { readonly [name: string]: Json };
}

/** The statements behind the changes of groups. What they take from people ends in the same transaction. */
@Injectable()
export class GroupWriter {
  constructor(
    private readonly audit: AuditLog,
    private readonly members: GroupMembers,
    private readonly rights: Rights,
  ) {}

  async insert(
    tx: EntityManager,
    values: GroupValues & { name: string; origin: GroupOrigin },
    members: MemberChange | undefined,
    by: By,
  ): Promise<ChangedGroup> {
    const now = new Date();
    const group = Object.assign(new Group(), {
      id: uuidv7(),
      name: values.name,
      nameKey: groupKey(values.name),
      externalId: values.externalId ?? null,
      origin: values.origin,
      configured: values.configured ?? false,
      roles: [...(values.roles ?? [])],
      createdAt: now,
      updatedAt: now,
      version: 1,
    } satisfies Group);
    await tx.insert(Group, group);
    await this.record(tx, 'group.created', group, { by, change: [null, group], details: told(group) });
    const touched = members && (await this.members.move(tx, group, members, by));
    return this.settled(tx, group, touched ?? { users: [] }, by);
  }

  /** The group's row must be locked. */
  async update(
    tx: EntityManager,
    before: Group,
    { members, ...values }: GroupValues & { readonly members?: MemberChange },
    by: By,
  ): Promise<ChangedGroup> {
    const group = changed(before, values);
    const { id, ...row } = group;
    await tx.update(Group, { id }, row);
    const details = { before: told(before), after: told(group) };
    if (JSON.stringify(details.before) !== JSON.stringify(details.after))
      await this.record(tx, 'group.changed', group, { by, change: [before, group], details });
    const touched = await this.touchedBy(tx, before, group);
    const moved = members ? await this.members.move(tx, group, members, by) : { users: [] };
    return this.settled(tx, group, both(touched, moved), by);
  }

  /** The group's row must be locked. */
  async delete(tx: EntityManager, group: Group, by: By): Promise<ChangedGroup> {
    const users = await everybodyIn(tx, group.id);
    await tx.delete(Group, { id: group.id });
    const details = { ...told(group), members: users.length };
    await this.record(tx, 'group.deleted', group, { by, change: [group, null], details });
    return this.settled(tx, group, { users, lost: this.rights.decides(group.name) ? users : [] }, by);
  }

  /** Other roles are other rights for everybody in it, and rules no longer find a group under its old name. */
  private async touchedBy(tx: EntityManager, before: Group, after: Group): Promise<Touched> {
    const isRenamed = before.nameKey !== after.nameKey;
    const hasOtherRoles = [...before.roles].sort().join() !== [...after.roles].sort().join();
    if (!isRenamed && !hasOtherRoles) return { users: [] };
    const users = await everybodyIn(tx, after.id);
    return { users, lost: isRenamed && this.rights.decides(before.name) ? users : [] };
  }

  private async settled(tx: EntityManager, group: Group, touched: Touched, by: By): Promise<ChangedGroup> {
    const seq = await this.rights.settle(tx, touched, by);
    return { group: groupViewOf(group), ...(seq !== undefined && { seq }) };
  }

  private record(
    tx: EntityManager,
    type: 'group.created' | 'group.changed' | 'group.deleted',
    { id, name }: Group,
    { by, change: [before, after], details }: Recorded,
  ): Promise<void> {
    const change: Change = { before: before && told(before), after: after && told(after) };
    return this.audit.record(tx, {
      type,
      actor: by.actor,
      targets: [{ type: 'group', id, display: name }],
      change,
      details: { ...details, ...(by.reason && { reason: by.reason }) },
    });
  }
}

function changed(before: Group, { name, externalId, roles, origin, configured }: GroupValues): Group {
  return Object.assign(new Group(), before, {
    ...(name !== undefined && { name, nameKey: groupKey(name) }),
    ...(externalId !== undefined && { externalId }),
    ...(roles && { roles: [...roles] }),
    ...(origin && { origin }),
    ...(configured !== undefined && { configured }),
    updatedAt: new Date(),
    version: before.version + 1,
  });
}

const told = ({ name, roles, origin, externalId, configured }: Group) => ({
  ...{ name, roles, origin, configured },
  ...(externalId !== null && { external_id: externalId }),
});

const both = (one: Touched, other: Touched): Touched => ({
  users: [...one.users, ...other.users],
  lost: [...(one.lost ?? []), ...(other.lost ?? [])],
});
