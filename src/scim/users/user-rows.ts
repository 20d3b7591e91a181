import type { EntityManager } from 'typeorm';
import { ENTERPRISE, USER_ATTRIBUTES } from '../filter/attributes.js';
import { etagOf } from '../resource-actions.js';
import { USER } from '../schemas.js';
import type { Table } from '../searching.js';
import { isObject, type Json } from '../shape.js';

export interface UserRow {
  readonly id: string;
  readonly external_id: string | null;
  readonly user_name: string;
  readonly email: string;
  readonly name: string | null;
  readonly active: boolean;
  readonly disabled_origin: string | null;
  readonly profile: Json | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly version: number;
  /** Absent when they were not asked for. */
  readonly groups?: readonly { readonly value: string; readonly display: string }[];
}

export const USER_TABLE: Table = {
  kind: USER,
  attributes: USER_ATTRIBUTES,
  from: 'users u',
  id: 'u.id',
};

const COLUMNS = `u.id, u.external_id, coalesce(u.user_name, u.email) AS user_name, u.email, u.name,
  u.disabled_at IS NULL AS active, u.disabled_origin, u.scim_profile AS profile, u.created_at, u.updated_at, u.version`;

const GROUPS = `(SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('value', g.id, 'display', g.name)), '[]')
  FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.user_id = u.id) AS groups`;

/** In the order of the ids. */
export async function userRows(
  tx: EntityManager,
  ids: readonly string[],
  withGroups: boolean,
): Promise<UserRow[]> {
  return tx.query<UserRow[]>(
    `SELECT ${COLUMNS}${withGroups ? `, ${GROUPS}` : ''} FROM users u WHERE u.id = ANY($1::uuid[])
     ORDER BY array_position($1::uuid[], u.id)`,
    [ids],
  );
}

/** Held until the transaction ends: changes of one person come one after the other. */
export async function lockedUser(tx: EntityManager, id: string): Promise<UserRow | undefined> {
  const [row] = await tx.query<UserRow[]>(`SELECT ${COLUMNS} FROM users u WHERE u.id = $1 FOR UPDATE OF u`, [
    id,
  ]);
  return row;
}

/** RFC 7643 §4.1. `base` is where the API is. */
export function userResource(row: UserRow, base: string): Json {
  const { id, profile, name } = row;
  const shown = { ...(name !== null && { displayName: name, name: { formatted: name } }), ...profile };
  const extension = isObject(profile?.[ENTERPRISE]) ? [ENTERPRISE] : [];
  return {
    schemas: [USER.schema, ...extension],
    id,
    ...(row.external_id !== null && { externalId: row.external_id }),
    userName: row.user_name,
    ...shown,
    active: row.active,
    emails: emailsOf(row),
    ...(row.groups && {
      groups: row.groups.map((group) => ({
        ...group,
        $ref: `${base}/Groups/${group.value}`,
        type: 'direct',
      })),
    }),
    meta: {
      resourceType: USER.name,
      created: row.created_at.toISOString(),
      lastModified: row.updated_at.toISOString(),
      location: `${base}${USER.endpoint}/${id}`,
      version: etagOf(row.version),
    },
  };
}

/** The account's own address is the primary one, whoever changed it last. */
function emailsOf({ email, profile }: UserRow): Json[] {
  const said = profile?.['emails'];
  const [first = { type: 'work' }, ...others] = Array.isArray(said) ? said.filter(isObject) : [];
  return [{ ...first, value: email, primary: true }, ...others.map((each) => ({ ...each, primary: false }))];
}
