import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog, type Actor, type AuditFact, type Target } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { RevocationLedger, type Ending } from '../../revocation/index.js';
import { SessionList } from '../../sessions/index.js';

export interface By {
  readonly actor: Actor;
  /** A person's words, or a snake_case code of our own. */
  readonly reason?: string;
}

/** What one transaction ended; `seq` is absent when there was nothing left to end. */
export interface EndedRows {
  readonly seq?: number;
  readonly grants: number;
  readonly sessions: number;
}

interface EndedGrant {
  readonly id: string;
  readonly user_id: string;
  readonly client_id: string;
}

/** The statements behind `Endings`. */
@Injectable()
export class EndingWriter {
  constructor(
    private readonly config: AppConfig,
    private readonly ledger: RevocationLedger,
    private readonly audit: AuditLog,
    private readonly sessions: SessionList,
  ) {}

  async endGrant(tx: EntityManager, id: string, by: By): Promise<EndedRows> {
    const ended = await this.markGrants(tx, 'id = $1', [id], by);
    if (ended.length > 0) await this.forgetConsent(tx, id);
    return this.endEach(tx, ended, by);
  }

  async endApp(tx: EntityManager, userId: string, clientId: string, by: By): Promise<EndedRows> {
    const ended = await this.markGrants(tx, 'user_id = $1 AND client_id = $2', [userId, clientId], by);
    await tx.query('DELETE FROM consents WHERE user_id = $1 AND client_id = $2', [userId, clientId]);
    return this.endEach(tx, ended, by);
  }

  /** Each grant has an event of its own: the trail of a grant, of its person and of its client tell of its end. */
  private async endEach(tx: EntityManager, ended: readonly EndedGrant[], by: By): Promise<EndedRows> {
    if (ended.length === 0) return { grants: 0, sessions: 0 };
    const facts = ended.map(({ id, user_id, client_id }) => ({
      ...appliedTo([{ kind: 'grant', key: id }], by, { grants: 1, sessions: 0 }),
      userId: user_id,
      clientId: client_id,
    }));
    await this.audit.record(tx, ...facts);
    const endings = ended.map(({ id }) => ({ kind: 'grant', key: id }) as const);
    return { seq: await this.append(tx, endings, by), grants: ended.length, sessions: 0 };
  }

  async endSession(tx: EntityManager, id: string, by: By): Promise<EndedRows> {
    const ended = await this.sessions.end(tx, { id }, by.reason ?? 'ended_by_admin');
    return this.endAll(tx, { kind: 'session', key: id }, by, ended.length);
  }

  async endUser(tx: EntityManager, id: string, by: By, disabled = false): Promise<EndedRows> {
    const ended = await this.sessions.end(tx, { userId: id }, by.reason ?? 'ended_by_admin');
    return this.endAll(tx, { kind: 'user', key: id, always: disabled }, by, ended.length);
  }

  async suspendClient(tx: EntityManager, id: string, by: By): Promise<EndedRows> {
    const [rows] = await tx.query<[unknown[], number]>(
      `UPDATE clients SET trust_state = 'suspended', suspended_at = now() WHERE id = $1 AND trust_state <> 'suspended' RETURNING id`,
      [id],
    );
    if (rows.length === 0) return { grants: 0, sessions: 0 };
    await this.recordClient(tx, 'client.suspended', id, by);
    return this.endAll(tx, { kind: 'client', key: id, always: true }, by, 0);
  }

  async removeClient(tx: EntityManager, id: string, by: By): Promise<EndedRows> {
    const rows = await this.endAll(tx, { kind: 'client', key: id, always: true }, by, 0);
    await this.recordClient(tx, 'client.deleted', id, by);
    await tx.query('DELETE FROM clients WHERE id = $1', [id]);
    return rows;
  }

  private async recordClient(
    tx: EntityManager,
    type: 'client.suspended' | 'client.deleted',
    id: string,
    by: By,
  ): Promise<void> {
    await this.audit.record(tx, {
      type,
      actor: by.actor,
      clientId: id,
      targets: [{ type: 'client', id }],
      ...(by.reason && { details: { reason: by.reason } }),
    });
  }

  /** A whole person, client or session: one row in the ledger covers every token, whatever grant it came from. */
  async endAll(
    tx: EntityManager,
    { always = false, ...ending }: Ending & { kind: 'user' | 'client' | 'session'; always?: boolean },
    by: By,
    sessions: number,
  ): Promise<EndedRows> {
    const ended = await this.markGrants(tx, `${ending.kind}_id = $1`, [ending.key], by);
    if (ending.kind !== 'session')
      await tx.query(`DELETE FROM consents WHERE ${ending.kind}_id = $1`, [ending.key]);
    if (ended.length === 0 && sessions === 0 && !always) return { grants: 0, sessions: 0 };
    return this.write(tx, [ending], by, { grants: ended.length, sessions });
  }

  async endToken(tx: EntityManager, jti: string, by: By): Promise<EndedRows> {
    const [rows] = await tx.query<[unknown[], number]>(
      'UPDATE access_tokens SET revoked_at = now() WHERE jti = $1 AND revoked_at IS NULL RETURNING jti',
      [jti],
    );
    if (rows.length === 0) return { grants: 0, sessions: 0 };
    return this.write(tx, [{ kind: 'jti', key: jti }], by, { grants: 0, sessions: 0 });
  }

  private async markGrants(
    tx: EntityManager,
    where: string,
    values: unknown[],
    by: By,
  ): Promise<EndedGrant[]> {
    const [rows] = await tx.query<[EndedGrant[], number]>(
      `UPDATE grants SET revoked_at = now(), revoked_reason = $${values.length + 1}
       WHERE ${where} AND revoked_at IS NULL RETURNING id, user_id, client_id`,
      [...values, by.reason ?? null],
    );
    return rows;
  }

  /** A person who is asked again can tell that the access was ended; a remembered yes would hide it. */
  private async forgetConsent(tx: EntityManager, grantId: string): Promise<void> {
    await tx.query(
      `DELETE FROM consents c USING grants g
       WHERE g.id = $1 AND c.user_id = g.user_id AND c.client_id = g.client_id AND c.resource = g.resource`,
      [grantId],
    );
  }

  private async write(
    tx: EntityManager,
    endings: readonly Ending[],
    by: By,
    counts: { grants: number; sessions: number },
  ): Promise<EndedRows> {
    await this.audit.record(tx, appliedTo(endings, by, counts));
    return { seq: await this.append(tx, endings, by), ...counts };
  }

  private async append(tx: EntityManager, endings: readonly Ending[], by: By): Promise<number> {
    const { accessToken, adminAccessToken } = this.config.lifetimes;
    const until = new Date(Date.now() + (Math.max(accessToken, adminAccessToken) + 300) * 1_000);
    return this.ledger.append(tx, endings, {
      actor: by.actor,
      until,
      ...(by.reason && { reason: by.reason }),
    });
  }
}

function appliedTo(
  endings: readonly Ending[],
  by: By,
  counts: { grants: number; sessions: number },
): AuditFact {
  return {
    type: 'revocation.applied',
    actor: by.actor,
    ...only(endings),
    targets: endings.map(({ kind, key }) => ({ type: targetType(kind), id: key })),
    details: { ...counts, ...(by.reason && { reason: by.reason }) },
  };
}

function only(endings: readonly Ending[]): {
  grantId?: string;
  userId?: string;
  clientId?: string;
  sessionId?: string;
} {
  const [ending] = endings;
  if (!ending || endings.length !== 1) return {};
  switch (ending.kind) {
    case 'grant':
      return { grantId: ending.key };
    case 'user':
      return { userId: ending.key };
    case 'client':
      return { clientId: ending.key };
    case 'session':
      return { sessionId: ending.key };
    default:
      return {};
  }
}

function targetType(kind: Ending['kind']): Target['type'] {
  if (kind === 'jti') return 'token';
  if (kind === 'kid' || kind === 'all') return 'key';
  return kind;
}
