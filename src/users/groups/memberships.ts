import type { EntityManager } from 'typeorm';
import type { MemberOrigin } from './group-member.entity.js';

const ADD = `
INSERT INTO group_members (group_id, user_id, origin, added_at)
SELECT $1, u.id, $3, now() FROM users u WHERE u.id = ANY($2::uuid[]) ON CONFLICT DO NOTHING RETURNING user_id`;

const REMOVE = `
DELETE FROM group_members WHERE group_id = $1 AND origin = $3 AND user_id = ANY($2::uuid[]) RETURNING user_id`;

const REMOVE_OTHERS = `
DELETE FROM group_members WHERE group_id = $1 AND origin = $3 AND user_id <> ALL($2::uuid[]) RETURNING user_id`;

/** One step of a change of who is in a group. */
export interface MemberStep {
  readonly op: 'add' | 'remove' | 'replace';
  readonly users: readonly string[];
}

export interface Moved {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Takes the steps for one origin and says who came and went. The group's row must be locked: whoever changes its roles
 * at the same time would not see who is being added.
 */
export async function moveMembers(
  tx: EntityManager,
  groupId: string,
  origin: MemberOrigin,
  steps: readonly MemberStep[],
): Promise<Moved> {
  const before = new Map<string, boolean>();
  const after = new Map<string, boolean>();
  const note = (ids: readonly string[], isIn: boolean): void => {
    for (const id of ids) {
      if (!before.has(id)) before.set(id, !isIn);
      after.set(id, isIn);
    }
  };
  for (const { op, users } of steps) {
    if (op === 'remove') note(await deleted(tx, REMOVE, [groupId, users, origin]), false);
    if (op === 'replace') note(await deleted(tx, REMOVE_OTHERS, [groupId, users, origin]), false);
    if (op !== 'remove') note(await inserted(tx, [groupId, users, origin]), true);
  }
  const moved = [...after].filter(([id, isIn]) => before.get(id) !== isIn);
  return {
    added: moved.filter(([, isIn]) => isIn).map(([id]) => id),
    removed: moved.filter(([, isIn]) => !isIn).map(([id]) => id),
  };
}

/** Of these people, those that nobody says are in the group. */
export async function outsiders(
  tx: EntityManager,
  groupId: string,
  userIds: readonly string[],
): Promise<string[]> {
  if (userIds.length === 0) return [];
  const rows = await tx.query<{ id: string }[]>(
    `SELECT id FROM unnest($2::uuid[]) AS x (id)
     WHERE NOT EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = $1 AND m.user_id = x.id)`,
    [groupId, userIds],
  );
  return rows.map(({ id }) => id);
}

/** Everybody who is in a group, whoever says so. */
export async function everybodyIn(tx: EntityManager, groupId: string): Promise<string[]> {
  const rows = await tx.query<{ user_id: string }[]>(
    'SELECT DISTINCT user_id FROM group_members WHERE group_id = $1',
    [groupId],
  );
  return rows.map((row) => row.user_id);
}

type Row = { readonly user_id: string };

async function deleted(tx: EntityManager, statement: string, values: unknown[]): Promise<string[]> {
  const [rows] = await tx.query<[Row[], number]>(statement, values);
  return rows.map((row) => row.user_id);
}

async function inserted(tx: EntityManager, values: unknown[]): Promise<string[]> {
  return (await tx.query<Row[]>(ADD, values)).map((row) => row.user_id);
}
