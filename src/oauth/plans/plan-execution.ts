import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog, type AuditFact } from '../../audit/index.js';
import type { Ending } from '../../revocation/index.js';
import { SessionList } from '../../sessions/index.js';
import { endKeys } from '../api-keys/api-key-endings.js';
import { EndingWriter, type By } from '../grants/ending-writer.js';
import { endFamilies, grantsUsedByOthers } from '../grants/exchanged-tokens.js';
import { KeyEndings } from '../grants/key-endings.js';
import { endGrants, TOLD, type EndedGrants, type ToldGrant } from './ended-grants.js';
import type { Selection } from './selection.js';
import { only, type PlanSelector } from './selector.js';

const FACTS_AT_ONCE = 500;

/** What applying a plan ended; `seq` is absent when there was nothing. */
export interface PlanEnded {
  readonly seq?: number;
  readonly grants: number;
  readonly sessions: number;
  readonly tokens: number;
  /** Absent when there were none. */
  readonly apiKeys?: number;
}

export interface Execution {
  readonly planId: string;
  readonly selector: PlanSelector;
  readonly selection: Selection;
  readonly by: By;
}

/** Ends what a plan selects: the rows, the ledger and the audit records are one transaction. */
@Injectable()
export class PlanExecution {
  constructor(
    private readonly audit: AuditLog,
    private readonly sessions: SessionList,
    private readonly writer: EndingWriter,
    private readonly keyEndings: KeyEndings,
  ) {}

  async run(tx: EntityManager, plan: Execution): Promise<PlanEnded> {
    const { selector, by } = plan;
    if (selector.jti !== undefined) {
      const { seq, ...ended } = await this.writer.endToken(tx, selector.jti, by);
      if (seq === undefined) return { ...(await this.writer.endApiKey(tx, selector.jti, by)), tokens: 0 };
      return { ...ended, tokens: seq === undefined ? 0 : 1, ...(seq !== undefined && { seq }) };
    }
    if (selector.kid !== undefined) {
      const key = await this.keyEndings.keyIn(tx, selector.kid, by);
      const tokens = (key?.signed ?? 0) + (key?.exchanged ?? 0);
      return { grants: 0, sessions: 0, tokens, ...(key?.seq !== undefined && { seq: key.seq }) };
    }
    return this.select(tx, plan);
  }

  /** After the commit. */
  async committed({ selector }: Pick<Execution, 'selector'>): Promise<void> {
    if (selector.kid !== undefined) await this.keyEndings.committed();
  }

  private async select(tx: EntityManager, plan: Execution): Promise<PlanEnded> {
    const { selector, selection, by } = plan;
    const reason = by.reason ?? 'ended_by_plan';
    const sessions = await this.sessions.endWhere(tx, selection.sessions, reason);
    const grants = await endGrants(tx, selection.grants, by.reason ?? null);
    const jtis = await endFamilies(tx, selection.tokens);
    const keys = await endKeys(tx, this.audit, selection.apiKeys, { ...by, reason });
    const endings = await this.endings(tx, selector, grants, [...jtis, ...keys]);
    const apiKeys = keys.length > 0 && { apiKeys: keys.length };
    const ended = { grants: grants.count, sessions, tokens: jtis.length, ...apiKeys };
    await this.record(tx, plan, ended, grants.told);
    if (endings.length === 0) return ended;
    return { ...ended, seq: await this.writer.append(tx, endings, by) };
  }

  /** One row for a whole person, client, session or all; otherwise one for each grant that a living token names. */
  private async endings(
    tx: EntityManager,
    selector: PlanSelector,
    { live }: EndedGrants,
    jtis: readonly string[],
  ): Promise<Ending[]> {
    if (selector.all) return [{ kind: 'all', key: '*' }];
    if (only(selector, 'userId')) return [{ kind: 'user', key: selector.userId! }];
    if (only(selector, 'sessionId')) {
      const line = await this.sessions.lineage(selector.sessionId!, tx);
      return line.map(({ id }) => ({ kind: 'session', key: id }));
    }
    if (only(selector, 'clientId')) {
      const others = await grantsUsedByOthers(tx, selector.clientId!);
      const client = { kind: 'client', key: selector.clientId! } as const;
      return [client, ...others.map((key) => ({ kind: 'grant', key }) as const)];
    }
    return [
      ...live.map((key) => ({ kind: 'grant', key }) as const),
      ...jtis.map((key) => ({ kind: 'jti', key }) as const),
    ];
  }

  /** Each grant has an event of its own, unless there are very many: its trail, its person's and its client's tell of it. */
  private async record(
    tx: EntityManager,
    { planId, selector, by }: Execution,
    { apiKeys, ...ended }: { grants: number; sessions: number; tokens: number; apiKeys?: number },
    told: readonly ToldGrant[],
  ): Promise<void> {
    const because = { plan_id: planId, ...(by.reason && { reason: by.reason }) };
    if (ended.grants <= TOLD) {
      const facts = told.map(({ id, user_id: userId, client_id: clientId }): AuditFact => {
        const targets = [{ type: 'grant', id }] as const;
        const details = { grants: 1, sessions: 0, ...because };
        return {
          type: 'revocation.applied',
          actor: by.actor,
          grantId: id,
          userId,
          clientId,
          targets,
          details,
        };
      });
      for (let at = 0; at < facts.length; at += FACTS_AT_ONCE)
        await this.audit.record(tx, ...facts.slice(at, at + FACTS_AT_ONCE));
    }
    await this.audit.record(tx, {
      type: 'revocation.applied',
      actor: by.actor,
      ...(selector.userId && { userId: selector.userId }),
      ...(selector.clientId && { clientId: selector.clientId }),
      targets: [{ type: 'revocation', id: planId }],
      details: { ...because, selector: { ...selector }, ...ended, ...(apiKeys && { api_keys: apiKeys }) },
    });
  }
}
