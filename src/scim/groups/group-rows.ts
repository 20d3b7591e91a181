import type { EntityManager } from 'typeorm';
import { GROUP_ATTRIBUTES } from '../filter/attributes.js';
import { etagOf } from '../resource-actions.js';
import { badRequest } from '../scim-refusal.js';
import { GROUP, USER } from '../schemas.js';
import type { Table } from '../searching.js';
import type { Json } from '../shape.js';

export interface GroupRow {
  readonly id: string;
  readonly external_id: string | null;
  readonly name: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly version: number;
}

export interface MemberRow {
  readonly group_id: string;
  readonly id: string;
  readonly display: string;
}

export const GROUP_TABLE: Table = {
  kind: GROUP,
  attributes: GROUP_ATTRIBUTES,
  from: 'groups g',
  id: 'g.id',
};

/** Members of one answer. */
const MOST_MEMBERS = { one: 100_000, list: 10_000 } as const;

/** In the order of the ids. */
export async function groupRows(tx: EntityManager, ids: readonly string[]): Promise<GroupRow[]> {
  return tx.query<GroupRow[]>(
    `SELECT g.id, g.external_id, g.name, g.created_at, g.updated_at, g.version FROM groups g
     WHERE g.id = ANY($1::uuid[]) ORDER BY array_position($1::uuid[], g.id)`,
    [ids],
  );
}

/**
 * Those whom provisioning put there: whom others put there is not the directory's to see or to take out.
 * @throws ScimRefusal tooMany
 */
export async function memberRows(
  tx: EntityManager,
  ids: readonly string[],
  answer: keyof typeof MOST_MEMBERS,
): Promise<MemberRow[]> {
  const rows = await tx.query<MemberRow[]>(
    `SELECT m.group_id, u.id, coalesce(u.name, u.email) AS display
     FROM group_members m JOIN users u ON u.id = m.user_id
     WHERE m.group_id = ANY($1::uuid[]) AND m.origin = 'scim' ORDER BY m.group_id, u.id LIMIT $2`,
    [ids, MOST_MEMBERS[answer] + 1],
  );
  if (rows.length > MOST_MEMBERS[answer])
    throw badRequest(
      'tooMany',
      'There are too many members for one answer: ask with excludedAttributes=members',
    );
  return rows;
}

/** RFC 7643 §4.2. Without `members` they are left out. */
export function groupResource(row: GroupRow, members: readonly MemberRow[] | undefined, base: string): Json {
  return {
    schemas: [GROUP.schema],
    id: row.id,
    ...(row.external_id !== null && { externalId: row.external_id }),
    displayName: row.name,
    ...(members && {
      members: members
        .filter(({ group_id }) => group_id === row.id)
        .map(({ id: value, display }) => ({
          value,
          $ref: `${base}${USER.endpoint}/${value}`,
          type: USER.name,
          display,
        })),
    }),
    meta: {
      resourceType: GROUP.name,
      created: row.created_at.toISOString(),
      lastModified: row.updated_at.toISOString(),
      location: `${base}${GROUP.endpoint}/${row.id}`,
      version: etagOf(row.version),
    },
  };
}
