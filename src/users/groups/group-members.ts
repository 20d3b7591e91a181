import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../../audit/index.js';
import { NoSuchPeople } from './group-errors.js';
import type { MemberOrigin } from './group-member.entity.js';
import type { Group } from './group.entity.js';
import { moveMembers, outsiders, type MemberStep } from './memberships.js';
import { Rights, type By, type Touched } from './rights.js';

/** What one origin says of who is in a group. */
export interface MemberChange {
  readonly origin: MemberOrigin;
  readonly steps: readonly MemberStep[];
}

/** Lets people into a group and out of it. */
@Injectable()
export class GroupMembers {
  constructor(
    private readonly audit: AuditLog,
    private readonly rights: Rights,
  ) {}

  /** The group's row must be locked. @throws NoSuchPeople */
  async move(
    tx: EntityManager,
    group: Pick<Group, 'id' | 'name'>,
    { origin, steps }: MemberChange,
    { actor, reason }: By,
  ): Promise<Touched> {
    const wanted = new Set(steps.flatMap(({ op, users }) => (op === 'remove' ? [] : users)));
    await checkPeople(tx, [...wanted]);
    const { added, removed } = await moveMembers(tx, group.id, origin, steps);
    if (added.length + removed.length > 0)
      await this.audit.record(tx, {
        type: 'group.members.changed',
        actor,
        ...(added.length + removed.length === 1 && { userId: [...added, ...removed][0]! }),
        targets: [{ type: 'group', id: group.id, display: group.name }],
        details: {
          origin,
          added: added.length,
          removed: removed.length,
          people_added: added,
          people_removed: removed,
          ...(reason && { reason }),
        },
      });
    const lost = this.rights.decides(group.name) ? await outsiders(tx, group.id, removed) : [];
    return { users: [...added, ...removed], lost };
  }
}

async function checkPeople(tx: EntityManager, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const missing = await tx.query<{ id: string }[]>(
    'SELECT id FROM unnest($1::uuid[]) AS x (id) WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = x.id)',
    [ids],
  );
  if (missing.length > 0) throw new NoSuchPeople(missing.map(({ id }) => id));
}
