import { countStatement, directionOf, type KeysetQuery } from '../../database/index.js';

/** An API key as other rooms see it, without what it is shown as. */
export interface ApiKeyView {
  readonly id: string;
  readonly name: string;
  /** Whose it is: a person, or else a client that acts for itself. */
  readonly userId?: string;
  readonly userEmail?: string;
  readonly clientId?: string;
  readonly clientName?: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly createdBy: string;
  /** When its present secret was made. */
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt?: Date;
  readonly lastUsedIp?: string;
  readonly revokedAt?: Date;
  readonly revokedReason?: string;
}

export interface ApiKeyQuery extends KeysetQuery {
  readonly userId?: string;
  readonly clientId?: string;
  readonly holder?: 'people' | 'services';
  /** Only those that are neither revoked nor expired, or only those that are. */
  readonly active?: boolean;
  readonly scope?: string;
  readonly resource?: string;
  readonly lastUsedBefore?: Date;
  readonly expiresBefore?: Date;
}

export interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly user_id: string | null;
  readonly email: string | null;
  readonly client_id: string | null;
  readonly client_name: string | null;
  readonly resource: string;
  readonly scopes: string[];
  readonly created_at: Date;
  readonly created_by: string;
  readonly issued_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
  readonly last_used_ip: string | null;
  readonly revoked_at: Date | null;
  readonly revoked_reason: string | null;
}

const SELECT = `
SELECT k.id, k.name, k.user_id, u.email, k.client_id, c.name AS client_name, k.resource, k.scopes, k.created_at,
  k.created_by, k.issued_at, k.expires_at, k.last_used_at, k.last_used_ip, k.revoked_at, k.revoked_reason
FROM api_keys k LEFT JOIN users u ON u.id = k.user_id LEFT JOIN clients c ON c.id = k.client_id`;

/** One key; its id is `$1`. */
export const KEY_STATEMENT = `${SELECT} WHERE k.id = $1`;

/** Over `api_keys k`. */
export const LIVING_KEY = 'k.revoked_at IS NULL AND k.expires_at > now()';

/** One page, newest first, and one row more when there are more. */
export function keysStatement(query: ApiKeyQuery): { text: string; values: unknown[] } {
  const { where, values } = conditionsOf(query);
  const direction = directionOf('desc', query.backwards);
  const beyond =
    query.cursor === undefined
      ? ''
      : ` AND k.id ${direction === 'ASC' ? '>' : '<'} $${values.push(query.cursor)}`;
  const limit = `$${values.push(query.limit + 1)}`;
  return { text: `${SELECT} WHERE true${where}${beyond} ORDER BY k.id ${direction} LIMIT ${limit}`, values };
}

export function keyCountStatement(query: ApiKeyQuery): { text: string; values: unknown[] } {
  const { where, values } = conditionsOf(query);
  return { text: countStatement(`${SELECT} WHERE true${where}`), values };
}

function conditionsOf(query: ApiKeyQuery): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const where: string[] = [];
  const add = (condition: (at: string) => string, value: unknown) => {
    if (value === undefined) return;
    where.push(` AND ${condition(`$${values.push(value)}`)}`);
  };
  add((at) => `k.user_id = ${at}`, query.userId);
  add((at) => `k.client_id = ${at}`, query.clientId);
  add((at) => `k.scopes @> ARRAY[${at}]::text[]`, query.scope);
  add((at) => `k.resource = ${at}`, query.resource);
  add((at) => `coalesce(k.last_used_at, k.created_at) < ${at}`, query.lastUsedBefore);
  add((at) => `k.expires_at < ${at}`, query.expiresBefore);
  if (query.holder !== undefined)
    where.push(` AND k.${query.holder === 'people' ? 'user_id' : 'client_id'} IS NOT NULL`);
  if (query.active !== undefined) where.push(` AND ${query.active ? '' : 'NOT '}(${LIVING_KEY})`);
  return { where: where.join(''), values };
}

export function keyViewOf(row: ApiKeyRow): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    ...(row.user_id !== null && { userId: row.user_id }),
    ...(row.email !== null && { userEmail: row.email }),
    ...(row.client_id !== null && { clientId: row.client_id }),
    ...(row.client_name !== null && { clientName: row.client_name }),
    resource: row.resource,
    scopes: row.scopes,
    createdAt: row.created_at,
    createdBy: row.created_by,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    ...(row.last_used_at && { lastUsedAt: row.last_used_at }),
    ...(row.last_used_ip !== null && { lastUsedIp: row.last_used_ip }),
    ...(row.revoked_at && { revokedAt: row.revoked_at }),
    ...(row.revoked_reason !== null && { revokedReason: row.revoked_reason }),
  };
}
