import { countStatement, directionOf, type KeysetQuery } from '../../database/index.js';

export interface GrantQuery extends KeysetQuery {
  readonly userId?: string;
  readonly clientId?: string;
  readonly sessionId?: string;
  /** Only those that are neither ended nor expired, or only those that are. */
  readonly active?: boolean;
  readonly scope?: string;
  readonly resource?: string;
  readonly lastUsedBefore?: Date;
}

export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

const SELECT = `
SELECT g.id, g.user_id, u.email, g.client_id, c.name AS client_name, g.session_id, g.resource, g.scopes, g.created_at,
  g.expires_at, g.last_used_at, g.last_used_ip, g.revoked_at, g.revoked_reason
FROM grants g JOIN users u ON u.id = g.user_id JOIN clients c ON c.id = g.client_id
WHERE g.activated_at IS NOT NULL`;

/** One grant; its id is `$1`. */
export const GRANT_STATEMENT = `${SELECT} AND g.id = $1`;

/** One page, newest first, and one row more when there are more. */
export function grantsStatement(query: GrantQuery): Statement {
  const { where, values } = conditionsOf(query);
  const direction = directionOf('desc', query.backwards);
  const beyond =
    query.cursor === undefined
      ? ''
      : ` AND g.id ${direction === 'ASC' ? '>' : '<'} $${values.push(query.cursor)}`;
  const limit = `$${values.push(query.limit + 1)}`;
  return { text: `${SELECT}${where}${beyond} ORDER BY g.id ${direction} LIMIT ${limit}`, values };
}

export function grantCountStatement(query: GrantQuery): Statement {
  const { where, values } = conditionsOf(query);
  return { text: countStatement(`${SELECT}${where}`), values };
}

function conditionsOf(query: GrantQuery): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const where: string[] = [];
  const add = (condition: (at: string) => string, value: unknown) => {
    if (value === undefined) return;
    where.push(` AND ${condition(`$${values.push(value)}`)}`);
  };
  add((at) => `g.user_id = ${at}`, query.userId);
  add((at) => `g.client_id = ${at}`, query.clientId);
  add((at) => `g.session_id = ${at}`, query.sessionId);
  add((at) => `g.scopes @> ARRAY[${at}]::text[]`, query.scope);
  add((at) => `g.resource = ${at}`, query.resource);
  add((at) => `coalesce(g.last_used_at, g.created_at) < ${at}`, query.lastUsedBefore);
  if (query.active === true) where.push(' AND g.revoked_at IS NULL AND g.expires_at > now()');
  if (query.active === false) where.push(' AND (g.revoked_at IS NOT NULL OR g.expires_at <= now())');
  return { where: where.join(''), values };
}
