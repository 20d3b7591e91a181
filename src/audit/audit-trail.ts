import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEventBody } from './audit-row.js';

/** What a search may ask for; values of one list are alternatives, the members together must all hold. */
export interface AuditQuery {
  readonly type?: readonly string[];
  readonly typePrefix?: string;
  readonly outcome?: readonly string[];
  readonly actorId?: string;
  readonly userId?: string;
  readonly clientId?: string;
  readonly grantId?: string;
  readonly sessionId?: string;
  readonly tool?: string;
  readonly jti?: string;
  readonly ip?: string;
  readonly correlationId?: string;
  readonly since?: Date;
  readonly until?: Date;
  /** `desc` (default) is newest first. */
  readonly order?: 'asc' | 'desc';
  readonly limit: number;
  /** Event id of the last row of the page before. */
  readonly cursor?: string;
}

export interface AuditPage {
  readonly items: readonly AuditEventBody[];
  readonly next?: string;
}

const EQUAL = {
  actorId: 'actor_id',
  userId: 'user_id',
  clientId: 'client_id',
  grantId: 'grant_id',
  sessionId: 'session_id',
  tool: 'tool',
  jti: 'jti',
  ip: 'ip',
  correlationId: 'correlation_id',
} as const satisfies Partial<Record<keyof AuditQuery, string>>;

/** Reads the audit trail. Reading it is itself audited by the caller. */
@Injectable()
export class AuditTrail {
  constructor(private readonly dataSource: DataSource) {}

  async search(query: AuditQuery): Promise<AuditPage> {
    const { where, values } = conditions(query);
    const order = query.order === 'asc' ? 'ASC' : 'DESC';
    const rows = await this.dataSource.query<{ body: AuditEventBody }[]>(
      `SELECT body FROM audit_events ${where} ORDER BY event_id ${order} LIMIT $${values.length + 1}`,
      [...values, query.limit + 1],
    );
    const items = rows.slice(0, query.limit).map(({ body }) => body);
    const last = items.at(-1);
    return { items, ...(rows.length > query.limit && last && { next: last.event_id }) };
  }

  async find(eventId: string): Promise<AuditEventBody | undefined> {
    const rows = await this.dataSource.query<{ body: AuditEventBody }[]>(
      'SELECT body FROM audit_events WHERE event_id = $1',
      [eventId],
    );
    return rows[0]?.body;
  }
}

function conditions(query: AuditQuery): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const parts: string[] = [];
  const add = (condition: (placeholder: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    parts.push(condition(`$${values.length}`));
  };
  for (const [key, column] of Object.entries(EQUAL)) {
    add((at) => `${column} = ${at}`, query[key as keyof typeof EQUAL]);
  }
  add((at) => `type = ANY(${at}::text[])`, query.type);
  add((at) => `starts_with(type, ${at})`, query.typePrefix);
  add((at) => `result = ANY(${at}::text[])`, query.outcome);
  add((at) => `time >= ${at}`, query.since);
  add((at) => `time < ${at}`, query.until);
  add((at) => (query.order === 'asc' ? `event_id > ${at}::uuid` : `event_id < ${at}::uuid`), query.cursor);
  return { where: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', values };
}
