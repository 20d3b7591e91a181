import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog, type Actor } from '../../audit/index.js';
import type { By } from '../grants/ending-writer.js';
import type { BlastRadius } from './blast-radius.js';
import { PlanApproval } from './plan-approval.entity.js';
import { PlanExecution } from './plan-execution.js';
import { planHash, planViewOf, type PlanView } from './plan-view.js';
import { RevocationPlan } from './revocation-plan.entity.js';
import { RevocationPlans, type PlanAsker } from './revocation-plans.js';

export type NotApplied = 'expired' | 'drifted' | 'approval_needed' | 'own_access';
export type NotApproved = 'expired' | 'drifted' | 'own_plan' | 'applied';

export interface Applied {
  readonly plan: PlanView;
  /** Just now; an earlier yes did it otherwise. */
  readonly fresh: boolean;
}

/** Somebody's yes: to the plan of this hash. */
export interface Yes extends PlanAsker {
  readonly hash: string;
  /** Their own access ends by it, and they know. */
  readonly knowsOwnAccess?: boolean;
}

type Outcome = { readonly refused: NotApplied; readonly plan: PlanView } | Applied | undefined;

/** Approves and applies plans. */
@Injectable()
export class PlanDecisions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly plans: RevocationPlans,
    private readonly execution: PlanExecution,
  ) {}

  /** `undefined`: there is no such plan. */
  async approve(id: string, yes: Yes): Promise<{ refused?: NotApproved; plan: PlanView } | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const row = await locked(tx, id);
      if (!row) return undefined;
      const refused =
        (await this.notAsPlanned(tx, row, yes)) ?? (isOwn(row, yes.actor) ? 'own_plan' : undefined);
      if (refused === undefined || refused === 'drifted')
        await this.audit.record(tx, approvalFact(row, yes, refused));
      if (refused === undefined) {
        const approval = { planId: id, approver: yes.actor.id ?? yes.actor.type, createdAt: new Date() };
        await tx.createQueryBuilder().insert().into(PlanApproval).values(approval).orIgnore().execute();
      }
      const plan = planViewOf(row, await this.plans.approvers(tx, id));
      return refused === undefined ? { plan } : { refused, plan };
    });
  }

  /** `undefined`: there is no such plan. Applying what was applied changes nothing. */
  async apply(id: string, yes: Yes): Promise<Outcome> {
    const decided = await this.dataSource.transaction((tx) => this.decide(tx, id, yes));
    if (!decided || 'refused' in decided) return decided;
    if (decided.fresh) await this.execution.committed(decided.plan);
    return decided;
  }

  private async decide(tx: EntityManager, id: string, yes: Yes): Promise<Outcome> {
    const row = await locked(tx, id);
    if (!row) return undefined;
    if (row.appliedAt) return { plan: planViewOf(row, []), fresh: false };
    const refused = (await this.notAsPlanned(tx, row, yes)) ?? (await this.notYet(tx, row, yes));
    const plan = planViewOf(row, await this.plans.approvers(tx, id));
    if (refused && refused !== 'applied') return { refused, plan };
    const { selector } = row;
    const reason = yes.reason ?? row.reason;
    const by = { actor: yes.actor, ...(reason !== null && { reason }) };
    const { seq, ...ended } = await this.execution.run(tx, {
      planId: id,
      selector,
      selection: this.plans.selection(selector, yes.tool),
      by,
    });
    const done = await applied(tx, row, { by, seq, ended });
    return { plan: planViewOf(done, plan.approvals), fresh: true };
  }

  /** Counted again: what it would hit now is what somebody said yes to, or they are asked again. */
  private async notAsPlanned(
    tx: EntityManager,
    row: RevocationPlan,
    yes: Yes,
  ): Promise<'expired' | 'drifted' | 'applied' | undefined> {
    if (row.appliedAt) return 'applied';
    if (row.expiresAt.getTime() < Date.now()) return 'expired';
    const radius = await this.plans.radius(tx, row.selector, yes.tool);
    const hash = planHash(row.id, row.selector, radius.digest);
    if (hash === row.hash && yes.hash === row.hash) return undefined;
    await this.renew(tx, row, hash, radius);
    return 'drifted';
  }

  private async renew(
    tx: EntityManager,
    row: RevocationPlan,
    hash: string,
    { counts }: BlastRadius,
  ): Promise<void> {
    if (hash === row.hash) return;
    Object.assign(row, { hash, counts, approvalsNeeded: this.plans.approvalsNeeded(counts) });
    const { approvalsNeeded } = row;
    await tx.update(RevocationPlan, { id: row.id }, { hash, counts, approvalsNeeded });
    await tx.delete(PlanApproval, { planId: row.id });
  }

  private async notYet(
    tx: EntityManager,
    row: RevocationPlan,
    yes: Yes,
  ): Promise<'approval_needed' | 'own_access' | undefined> {
    const others = (await this.plans.approvers(tx, row.id)).filter((approver) => approver !== row.createdBy);
    if (others.length < row.approvalsNeeded) return 'approval_needed';
    if (yes.knowsOwnAccess) return undefined;
    const warnings = await this.plans.warnings(tx, row, yes);
    return warnings.includes('ends_own_access') ? 'own_access' : undefined;
  }
}

async function locked(tx: EntityManager, id: string): Promise<RevocationPlan | null> {
  return tx.findOne(RevocationPlan, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

const isOwn = ({ createdBy }: RevocationPlan, { id, type }: Actor): boolean => createdBy === (id ?? type);

async function applied(
  tx: EntityManager,
  row: RevocationPlan,
  { by, seq, ended }: { by: By; seq: number | undefined; ended: NonNullable<RevocationPlan['ended']> },
): Promise<RevocationPlan> {
  const [[clock]] = [await tx.query<{ now: Date }[]>('SELECT clock_timestamp() AS now')];
  const fields = {
    appliedByType: by.actor.type,
    appliedBy: by.actor.id ?? by.actor.type,
    reason: by.reason ?? null,
    appliedAt: clock!.now,
    appliedSeq: seq === undefined ? null : String(seq),
    ended,
  };
  await tx.update(RevocationPlan, { id: row.id }, fields);
  return Object.assign(row, fields);
}

function approvalFact({ id }: RevocationPlan, { actor, reason }: Yes, refused: 'drifted' | undefined) {
  return {
    type: 'revocation.approved',
    actor,
    ...(refused && { outcome: { result: 'denied', reason: 'plan_drifted' } as const }),
    targets: [{ type: 'revocation', id }],
    details: { plan_id: id, ...(reason && { reason }) },
  } as const;
}
