import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../../audit/index.js';
import { cappedAt, pageOfRows, type CappedCount, type KeysetPage } from '../../database/index.js';
import type { RevocationReceipt } from '../../revocation/index.js';
import { Endings } from './endings.js';
import {
  GRANT_STATEMENT,
  grantCountStatement,
  grantsStatement,
  type GrantQuery,
} from './grant-statements.js';

export type { GrantQuery };

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

/** Finds grants that were taken up, and ends them. */
@Injectable()
export class GrantsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly endings: Endings,
  ) {}

  async find(id: string): Promise<GrantView | undefined> {
    const [row] = await this.dataSource.query<Row[]>(GRANT_STATEMENT, [id]);
    return row && viewOf(row);
  }

  async list(query: GrantQuery): Promise<KeysetPage<GrantView>> {
    const count = query.counted ? await this.count(query) : undefined;
    const { text, values } = grantsStatement(query);
    const rows = await this.dataSource.query<Row[]>(text, values);
    const page = pageOfRows(rows, query, ({ id }) => id);
    return { ...page, items: page.items.map(viewOf), ...(count && { count }) };
  }

  private async count(query: GrantQuery): Promise<CappedCount> {
    const { text, values } = grantCountStatement(query);
    const [row] = await this.dataSource.query<{ value: number }[]>(text, values);
    return cappedAt(row!.value);
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
