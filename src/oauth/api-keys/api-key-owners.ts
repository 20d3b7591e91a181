import type { EntityManager } from 'typeorm';
import { groupNamesOf } from '../../users/index.js';
import type { ApiKey } from './api-key.entity.js';
import type { KeyOwner } from './api-key-rights.js';

/** Whose a key is. */
export type OwnerId =
  | { readonly userId: string; readonly clientId?: never }
  | { readonly clientId: string; readonly userId?: never };

/** Columns of `OwnerRow`, for a statement that joins `OWNER_JOINS` to `api_keys k`. */
export const OWNER_COLUMNS = `u.disabled_at, u.roles,
  CASE WHEN u.id IS NULL THEN '{}'::text[] ELSE (${groupNamesOf('u')}) END AS groups,
  c.trust_state, c.auth_method, c.grant_types, c.scopes AS client_scopes, c.allowed_scopes`;
export const OWNER_JOINS = 'LEFT JOIN users u ON u.id = k.user_id LEFT JOIN clients c ON c.id = k.client_id';

/** What the database says of an owner: of a person the first columns are set, of a client the others. */
export interface OwnerRow {
  readonly disabled_at: Date | null;
  readonly roles: string[] | null;
  readonly groups: string[];
  readonly trust_state: string | null;
  readonly auth_method: string | null;
  readonly grant_types: string[] | null;
  readonly client_scopes: string[] | null;
  readonly allowed_scopes: string[] | null;
}

/** Why an owner may use no key, as a reason for the log. */
export type UnfitOwner = 'user_disabled' | 'client_suspended' | 'not_a_service';

/** What the owner may do now, or why nothing. */
export function ownerOf(
  { clientId }: Pick<ApiKey, 'clientId'>,
  row: OwnerRow,
): { readonly owner: KeyOwner } | { readonly unfit: UnfitOwner } {
  if (clientId === null) {
    if (row.disabled_at) return { unfit: 'user_disabled' };
    return { owner: { holder: 'people', person: { roles: row.roles ?? [], groups: row.groups } } };
  }
  if (row.trust_state === 'suspended') return { unfit: 'client_suspended' };
  if (row.auth_method === 'none' || !row.grant_types?.includes('client_credentials'))
    return { unfit: 'not_a_service' };
  const service = { id: clientId, scopes: row.client_scopes ?? [], allowedScopes: row.allowed_scopes };
  return { owner: { holder: 'services', service } };
}

const ONE = `
WITH k AS (SELECT $1::uuid AS user_id, $2::text AS client_id)
SELECT ${OWNER_COLUMNS} FROM k ${OWNER_JOINS} WHERE u.id IS NOT NULL OR c.id IS NOT NULL`;

/** Somebody who might get a key. `undefined`: there is nobody. */
export async function findOwner(
  db: Pick<EntityManager, 'query'>,
  { userId = null, clientId = null }: { userId?: string | null; clientId?: string | null },
): Promise<ReturnType<typeof ownerOf> | undefined> {
  const [row] = await db.query<OwnerRow[]>(ONE, [userId, clientId]);
  return row && ownerOf({ clientId }, row);
}

/** Of those who make keys for one owner at once, or end the owner meanwhile, one goes after the other. */
export async function holdOwner(tx: EntityManager, { userId, clientId }: OwnerId): Promise<void> {
  if (userId === undefined)
    await tx.query('SELECT 1 FROM clients WHERE id = $1 FOR NO KEY UPDATE', [clientId]);
  else await tx.query('SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE', [userId]);
}
