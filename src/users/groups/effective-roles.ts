import type { EntityManager } from 'typeorm';
import type { Role } from '../../config/index.js';

/** "admn" in ASCII: of two people who take the role from each other at once, one is refused. */
const ADMINS_LOCK = 0x61646d6e;

const RECOMPUTE = `
UPDATE users u SET roles = e.after
FROM (
  SELECT x.id, x.roles AS before, ARRAY(
    SELECT unnest(x.assigned_roles) AS role
    UNION SELECT unnest(g.roles) FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.user_id = x.id
    ORDER BY role) AS after
  FROM users x WHERE x.id = ANY($1::uuid[])) e
WHERE u.id = e.id AND NOT (u.roles @> e.after AND u.roles <@ e.after)
RETURNING u.id, e.before, e.after`;

export interface RoleChange {
  readonly id: string;
  readonly before: readonly Role[];
  readonly after: readonly Role[];
}

/** What was asked for would leave nobody who may sign in with the role `admin`. */
export class LastAdmin extends Error {
  constructor() {
    super('Nobody would be left with the role admin');
    this.name = 'LastAdmin';
  }
}

/**
 * Brings `users.roles` to what people were assigned and what their groups give: call it in every transaction that
 * changes either, after the change.
 * @throws LastAdmin and then nothing of the transaction may stay
 */
export async function recomputeRoles(tx: EntityManager, userIds: readonly string[]): Promise<RoleChange[]> {
  if (userIds.length === 0) return [];
  // In one order, so that two of these never wait for each other; whoever comes second sees what the first did.
  await tx.query('SELECT 1 FROM users WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', [userIds]);
  const [changes] = await tx.query<[RoleChange[], number]>(RECOMPUTE, [userIds]);
  if (changes.some((change) => lostOf(change).includes('admin'))) await keepAnAdmin(tx);
  return changes;
}

export const lostOf = ({ before, after }: RoleChange): Role[] =>
  before.filter((role) => !after.includes(role));

/**
 * Call after the change, where somebody can no longer sign in who had these roles.
 * @throws LastAdmin and then nothing of the transaction may stay
 */
export async function keepAnAdminWithout(tx: EntityManager, roles: readonly Role[]): Promise<void> {
  if (roles.includes('admin')) await keepAnAdmin(tx);
}

/**
 * Call before somebody is removed: the lock of the ledger, which their end takes, comes after this one everywhere.
 * @throws LastAdmin
 */
export async function keepAnAdminBeside(tx: EntityManager, id: string): Promise<void> {
  const [person] = await tx.query<{ roles: Role[] }[]>('SELECT roles FROM users WHERE id = $1', [id]);
  if (person?.roles.includes('admin')) await keepAnAdmin(tx, id);
}

async function keepAnAdmin(tx: EntityManager, without?: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [ADMINS_LOCK]);
  const left = await tx.query<unknown[]>(
    `SELECT 1 FROM users WHERE 'admin' = ANY(roles) AND disabled_at IS NULL AND id IS DISTINCT FROM $1::uuid LIMIT 1`,
    [without ?? null],
  );
  if (left.length === 0) throw new LastAdmin();
}
