import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog, type Actor } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { keysetPage, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import type { RevocationHandles } from '../../revocation/index.js';
import { blastRadius, type BlastCounts, type BlastRadius } from './blast-radius.js';
import { PlanApproval } from './plan-approval.entity.js';
import { planHash, planViewOf, type PlanPreview, type PlanView, type PlanWarning } from './plan-view.js';
import { warningsOf } from './plan-warnings.js';
import { RevocationPlan } from './revocation-plan.entity.js';
import { Selections, type Selection } from './selection.js';
import { checkSelector, type PlanSelector, type ToolReach } from './selector.js';

const FRESH_MS = 15 * 60_000;

export interface Live {
  readonly calls: readonly Pick<RevocationHandles, 'grantId' | 'jti'>[];
  /** `false`: a replica has not answered. */
  readonly complete: boolean;
}

/** Who asks, and what the rooms above know for it. */
export interface PlanAsker {
  readonly actor: Actor;
  readonly reason?: string;
  readonly tool?: ToolReach;
  /** What is being served now, by all replicas. */
  readonly live: () => Promise<Live>;
}

export interface RevocationQuery extends KeysetQuery {
  readonly actor?: string;
  readonly since?: Date;
}

/** Plans what is to be ended, and counts what that would hit. */
@Injectable()
export class RevocationPlans {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly selections: Selections,
  ) {}

  /** @throws SelectorRefused */
  async create(selector: PlanSelector, asker: PlanAsker): Promise<PlanPreview> {
    checkSelector(selector);
    const selection = this.selections.of(selector, asker.tool);
    const radius = await blastRadius(this.dataSource.manager, selection);
    const row = this.newPlan(selector, radius, asker);
    await this.dataSource.transaction(async (tx) => {
      await tx.insert(RevocationPlan, row);
      await this.audit.record(tx, {
        type: 'revocation.planned',
        actor: asker.actor,
        targets: [{ type: 'revocation', id: row.id }],
        details: { plan_id: row.id, selector: { ...selector }, counts: { ...radius.counts } },
      });
    });
    return this.preview(planViewOf(row, []), selection, radius, asker);
  }

  /** As it is now, which may be another than what was planned. `undefined`: there is no such plan. */
  async show(id: string, asker: PlanAsker): Promise<PlanPreview | undefined> {
    const plan = await this.find(id);
    if (!plan) return undefined;
    const selection = this.selections.of(plan.selector, asker.tool);
    return this.preview(plan, selection, await blastRadius(this.dataSource.manager, selection), asker);
  }

  async find(id: string): Promise<PlanView | undefined> {
    const row = await this.dataSource.manager.findOneBy(RevocationPlan, { id });
    return row ? planViewOf(row, await this.approvers(this.dataSource.manager, id)) : undefined;
  }

  /** Those that were applied, newest first. */
  async applied(query: RevocationQuery): Promise<KeysetPage<PlanView>> {
    const select = this.dataSource
      .getRepository(RevocationPlan)
      .createQueryBuilder('p')
      .where('p.applied_at IS NOT NULL');
    if (query.actor !== undefined) select.andWhere('p.applied_by = :actor', { actor: query.actor });
    if (query.since) select.andWhere('p.applied_at >= :since', { since: query.since });
    return keysetPage(select, { key: 'p.id', cursorOf: ({ id }) => id }, query, (row) => planViewOf(row, []));
  }

  selection(selector: PlanSelector, tool?: ToolReach): Selection {
    return this.selections.of(selector, tool);
  }

  radius(db: EntityManager, selector: PlanSelector, tool?: ToolReach): Promise<BlastRadius> {
    return blastRadius(db, this.selections.of(selector, tool));
  }

  warnings(
    db: EntityManager,
    { selector, counts }: { selector: PlanSelector; counts: BlastCounts },
    { actor, tool }: Pick<PlanAsker, 'actor' | 'tool'>,
  ): Promise<PlanWarning[]> {
    const plan = { selector, selection: this.selections.of(selector, tool), counts };
    return warningsOf(db, plan, { actor, resource: this.config.adminResource });
  }

  async approvers(db: EntityManager, planId: string): Promise<string[]> {
    const rows = await db.find(PlanApproval, { where: { planId }, order: { createdAt: 'ASC' } });
    return rows.map(({ approver }) => approver);
  }

  /** How many others have to say yes. */
  approvalsNeeded({ people }: BlastCounts): number {
    const { approvalAbove } = this.config.policies.revocation;
    return approvalAbove !== undefined && people > approvalAbove ? 1 : 0;
  }

  private newPlan(selector: PlanSelector, radius: BlastRadius, { actor, reason }: PlanAsker): RevocationPlan {
    const id = uuidv7();
    return Object.assign(new RevocationPlan(), {
      id,
      selector,
      hash: planHash(id, selector, radius.digest),
      counts: radius.counts,
      approvalsNeeded: this.approvalsNeeded(radius.counts),
      reason: reason ?? null,
      createdByType: actor.type,
      createdBy: actor.id ?? actor.type,
      createdAt: new Date(),
      expiresAt: new Date(Date.now() + FRESH_MS),
      appliedByType: null,
      appliedBy: null,
      appliedAt: null,
      appliedSeq: null,
      ended: null,
    } satisfies RevocationPlan);
  }

  private async preview(
    plan: PlanView,
    selection: Selection,
    { counts, samples }: BlastRadius,
    asker: PlanAsker,
  ): Promise<PlanPreview> {
    const db = this.dataSource.manager;
    const warnings = await this.warnings(db, { selector: plan.selector, counts }, asker);
    const live = await asker.live();
    return {
      plan,
      samples,
      warnings: live.complete ? warnings : [...warnings, 'live_calls_incomplete'],
      liveCalls: await liveCalls(db, selection, live.calls),
    };
  }
}

/** Of what is being served, how much the plan would end. */
async function liveCalls(
  db: EntityManager,
  { grants, tokens, apiKeys }: Selection,
  live: Live['calls'],
): Promise<number> {
  if (live.length === 0) return 0;
  const ids = live.flatMap(({ grantId }) => grantId ?? []);
  const hit = await db.query<{ id: string }[]>(
    `SELECT g.id FROM grants g WHERE g.id = ANY($${grants.values.length + 1}::uuid[]) AND ${grants.where}`,
    [...grants.values, ids],
  );
  const own = await db.query<{ jti: string }[]>(
    `SELECT t.jti FROM access_tokens t WHERE t.jti = ANY($${tokens.values.length + 1}::uuid[]) AND ${tokens.where}`,
    [...tokens.values, live.map(({ jti }) => jti)],
  );
  const keys = await db.query<{ jti: string }[]>(
    `SELECT k.id AS jti FROM api_keys k WHERE k.id = ANY($${apiKeys.values.length + 1}::uuid[]) AND ${apiKeys.where}`,
    [...apiKeys.values, live.map(({ jti }) => jti)],
  );
  const grantIds = new Set(hit.map(({ id }) => id));
  const jtis = new Set([...own, ...keys].map(({ jti }) => jti));
  return live.filter(({ grantId, jti }) => (grantId && grantIds.has(grantId)) || jtis.has(jti)).length;
}
