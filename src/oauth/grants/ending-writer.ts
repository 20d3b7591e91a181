import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { RevocationLedger, type Ending } from '../../revocation/index.js';
import { SessionList } from '../../sessions/index.js';
import { endKeys } from '../api-keys/api-key-endings.js';
import { changeOf } from '../clients/client-differences.js';
import type { Client } from '../clients/client.entity.js';
import { lockedClient } from '../clients/client-writer.js';
import { endExchanged } from '../tokens/tokens-of-keys.js';
import { appliedTo, clientFact, type By, type EndedCounts } from './ending-facts.js';
import { endFamily, grantsUsedByOthers } from './exchanged-tokens.js';

export type { By } from './ending-facts.js';

/** What one transaction ended; `seq` is absent when there was nothing left to end. */
export interface EndedRows extends EndedCounts {
  readonly seq?: number;
}

interface EndedGrant {
  readonly id: string;
  readonly user_id: string;
  readonly client_id: string;
  readonly session_id: string | null;
}

const SUSPEND = `
WITH was AS (SELECT id, trust_state FROM clients WHERE id = $1 FOR UPDATE)
UPDATE clients c SET trust_state = 'suspended', suspended_at = now()
FROM was WHERE c.id = was.id AND was.trust_state <> 'suspended' RETURNING was.trust_state`;

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
    const line = (await this.sessions.lineage(id, tx)).map((session) => session.id);
    return this.endAllowedIn(tx, { line, ended: ended.length }, by);
  }

  /** All that was allowed in a line of sessions, of which `ended` have just ended, and in others where some of it lives. */
  async endAllowedIn(
    tx: EntityManager,
    { line, ended, others = [] }: { line: readonly string[]; ended: number; others?: readonly string[] },
    by: By,
  ): Promise<EndedRows> {
    const grants = await this.markGrants(tx, 'session_id = ANY($1::uuid[])', [[...line, ...others]], by);
    if (grants.length + ended === 0) return { grants: 0, sessions: 0 };
    const counts = { grants: grants.length, sessions: ended };
    const lived = others.filter((id) => grants.some(({ session_id }) => session_id === id));
    const endings = [...line, ...lived].map((key) => ({ kind: 'session', key }) as const);
    await this.audit.record(tx, { ...appliedTo(endings, by, counts), sessionId: endings[0]!.key });
    return { seq: await this.append(tx, endings, by), ...counts };
  }

  /** What was allowed only while the person is signed in at the browser of these sessions; docs/logout.md has the rule. */
  async endOnline(tx: EntityManager, sessionIds: readonly string[], by: By): Promise<EndedRows> {
    const { userinfoResource, adminResource, policies } = this.config;
    const ended = await this.markGrants(
      tx,
      `session_id = ANY($1::uuid[]) AND origin = 'authorization_code' AND (activated_at IS NULL
        OR ('offline_access' <> ALL (scopes) AND ($2::boolean OR resource = ANY($3::text[]))))`,
      [sessionIds, !policies.clients.refresh_without_offline_access, [userinfoResource, adminResource]],
      by,
    );
    return this.endEach(tx, ended, by);
  }

  /** `always`: also where nothing lives. */
  async endUser(
    tx: EntityManager,
    id: string,
    by: By,
    { always = false, last }: { always?: boolean; last?: () => Promise<void> } = {},
  ): Promise<EndedRows> {
    const ended = await this.sessions.end(tx, { userId: id }, by.reason ?? 'ended_by_admin');
    return this.endAll(tx, { kind: 'user', key: id, always }, by, { sessions: ended.length, last });
  }

  async suspendClient(tx: EntityManager, id: string, by: By): Promise<EndedRows> {
    const [rows] = await tx.query<[{ trust_state: string }[], number]>(SUSPEND, [id]);
    const [was] = rows;
    if (!was) return { grants: 0, sessions: 0 };
    const change = { before: was, after: { trust_state: 'suspended' } };
    await this.audit.record(tx, clientFact('client.suspended', id, { by, change }));
    return this.endAll(tx, { kind: 'client', key: id, always: true }, by);
  }

  /** `undefined` when there is none any more; `check` throws when it may not be removed. */
  async removeClient(
    tx: EntityManager,
    id: string,
    by: By,
    check?: (client: Client) => void,
  ): Promise<EndedRows | undefined> {
    const client = await lockedClient(tx, id);
    if (!client) return undefined;
    check?.(client);
    const change = changeOf(client, null);
    await this.audit.record(tx, clientFact('client.deleted', id, { by, change }));
    const last = async (): Promise<void> => {
      await tx.query('DELETE FROM clients WHERE id = $1', [id]);
    };
    return this.endAll(tx, { kind: 'client', key: id, always: true }, by, { last });
  }

  /**
   * A whole person, client or session: one row in the ledger covers every token, whatever grant it came from. `last` is
   * what may take long; the lock of the ledger is not held meanwhile.
   */
  async endAll(
    tx: EntityManager,
    { always = false, ...ending }: Ending & { kind: 'user' | 'client' | 'session'; always?: boolean },
    by: By,
    { sessions = 0, last }: { sessions?: number; last?: (() => Promise<void>) | undefined } = {},
  ): Promise<EndedRows> {
    const ended = await this.markGrants(tx, `${ending.kind}_id = $1`, [ending.key], by);
    if (ending.kind !== 'session')
      await tx.query(`DELETE FROM consents WHERE ${ending.kind}_id = $1`, [ending.key]);
    const keys = ending.kind === 'session' ? [] : await endKeys(tx, this.audit, own(ending), by);
    if (ended.length + sessions + keys.length === 0 && !always) return { grants: 0, sessions: 0 };
    const counts = { grants: ended.length, sessions, ...(keys.length > 0 && { apiKeys: keys.length }) };
    await this.audit.record(tx, appliedTo([ending], by, counts));
    const exchanged = ending.kind === 'client' ? await grantsUsedByOthers(tx, ending.key) : [];
    const others = exchanged.map((key) => ({ kind: 'grant', key }) as const);
    await last?.();
    return { seq: await this.append(tx, [ending, ...others], by), ...counts };
  }

  /** An access token, and what it was exchanged for since (RFC 8693). */
  async endToken(tx: EntityManager, jti: string, by: By): Promise<EndedRows> {
    const ended = await endFamily(tx, jti);
    if (ended.length === 0) return { grants: 0, sessions: 0 };
    const endings = ended.map((key) => ({ kind: 'jti', key }) as const);
    return this.write(tx, endings, by, { grants: 0, sessions: 0 });
  }

  /** One API key, and what is being served with it. */
  async endApiKey(tx: EntityManager, id: string, by: By): Promise<EndedRows> {
    const keys = await endKeys(tx, this.audit, { where: 'k.id = $1', values: [id] }, by);
    if (keys.length === 0) return { grants: 0, sessions: 0 };
    const seq = await this.append(tx, [{ kind: 'jti', key: id }], by);
    return { seq, grants: 0, sessions: 0, apiKeys: 1 };
  }

  /** One row covers all that the key signed; what another key signed in exchange for it has rows of its own. */
  async endKey(
    tx: EntityManager,
    kid: string,
    tokens: { signed: number; exchanged: number },
    by: By,
  ): Promise<number> {
    const exchanged = await endExchanged(tx, kid);
    const ending = { kind: 'kid', key: kid } as const;
    const fact = appliedTo([ending], by, { grants: 0, sessions: 0 });
    await this.audit.record(tx, { ...fact, details: { ...fact.details, ...tokens } });
    return this.append(tx, [ending, ...exchanged.map((key) => ({ kind: 'jti', key }) as const)], by);
  }

  private async markGrants(
    tx: EntityManager,
    where: string,
    values: unknown[],
    by: By,
  ): Promise<EndedGrant[]> {
    const [rows] = await tx.query<[EndedGrant[], number]>(
      `WITH hit AS (SELECT id FROM grants WHERE ${where} AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE)
       UPDATE grants g SET revoked_at = now(), revoked_reason = $${values.length + 1} FROM hit
       WHERE g.id = hit.id AND g.revoked_at IS NULL RETURNING g.id, g.user_id, g.client_id, g.session_id`,
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

  /** Late in the transaction: it holds the lock of the ledger until the end of it. */
  async append(tx: EntityManager, endings: readonly Ending[], by: By): Promise<number> {
    const until = new Date(Date.now() + (this.config.longestToken + 300) * 1_000);
    return this.ledger.append(tx, endings, {
      actor: by.actor,
      until,
      ...(by.reason && { reason: by.reason }),
    });
  }
}

const own = ({ kind, key }: Ending) => ({ where: `k.${kind}_id = $1`, values: [key] });
