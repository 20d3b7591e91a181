import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../../audit/index.js';
import type { RevocationReceipt } from '../../revocation/index.js';
import { Endings } from './endings.js';

/** A grant as other rooms see it. */
export interface GrantView {
  readonly id: string;
  readonly userId: string;
  readonly userEmail: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly sessionId?: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt?: Date;
  readonly lastUsedIp?: string;
  readonly revokedAt?: Date;
  readonly revokedReason?: string;
}

export interface GrantQuery {
  readonly userId?: string;
  readonly clientId?: string;
  readonly sessionId?: string;
  /** Only those that are neither ended nor expired, or only those that are. */
  readonly active?: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly email: string;
  readonly client_id: string;
  readonly client_name: string;
  readonly session_id: string | null;
  readonly resource: string;
  readonly scopes: string[];
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
  readonly last_used_ip: string | null;
  readonly revoked_at: Date | null;
  readonly revoked_reason: string | null;
}

const SELECT = `
SELECT g.id, g.user_id, u.email, g.client_id, c.name AS client_name, g.session_id, g.resource, g.scopes, g.created_at,
  g.expires_at, g.last_used_at, g.last_used_ip, g.revoked_at, g.revoked_reason
FROM grants g JOIN users u ON u.id = g.user_id JOIN clients c ON c.id = g.client_id
WHERE g.activated_at IS NOT NULL`;

/** Finds grants that were taken up, and ends them. */
@Injectable()
export class GrantsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly endings: Endings,
  ) {}

  async find(id: string): Promise<GrantView | undefined> {
    const [row] = await this.dataSource.query<Row[]>(`${SELECT} AND g.id = $1`, [id]);
    return row && viewOf(row);
  }

  async list(query: GrantQuery): Promise<{ items: GrantView[]; next?: string }> {
    const values: unknown[] = [];
    const where: string[] = [];
    const add = (condition: (at: string) => string, value: unknown) => {
      if (value === undefined) return;
      values.push(value);
      where.push(` AND ${condition(`$${values.length}`)}`);
    };
    add((at) => `g.user_id = ${at}`, query.userId);
    add((at) => `g.client_id = ${at}`, query.clientId);
    add((at) => `g.session_id = ${at}`, query.sessionId);
    add((at) => `(g.revoked_at IS NULL AND g.expires_at > now()) = ${at}`, query.active);
    add((at) => `g.id < ${at}`, query.cursor);
    const rows = await this.dataSource.query<Row[]>(
      `${SELECT}${where.join('')} ORDER BY g.id DESC LIMIT $${values.length + 1}`,
      [...values, query.limit + 1],
    );
    const items = rows.slice(0, query.limit).map(viewOf);
    return { items, ...(rows.length > query.limit && { next: items.at(-1)!.id }) };
  }

  /** `undefined` when there is no such grant; `revoked` is false when it was over already. */
  async revoke(
    id: string,
    by: { actor: Actor; reason?: string },
  ): Promise<{ revoked: boolean; receipt?: RevocationReceipt } | undefined> {
    const ended = await this.endings.grant(id, by);
    return ended && { revoked: ended.ended, ...(ended.receipt && { receipt: ended.receipt }) };
  }
}

function viewOf(row: Row): GrantView {
  return {
    id: row.id,
    userId: row.user_id,
    userEmail: row.email,
    clientId: row.client_id,
    clientName: row.client_name,
    ...(row.session_id && { sessionId: row.session_id }),
    resource: row.resource,
    scopes: row.scopes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ...(row.last_used_at && { lastUsedAt: row.last_used_at }),
    ...(row.last_used_ip && { lastUsedIp: row.last_used_ip }),
    ...(row.revoked_at && { revokedAt: row.revoked_at }),
    ...(row.revoked_reason && { revokedReason: row.revoked_reason }),
  };
}
