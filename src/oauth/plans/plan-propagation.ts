import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { aside, AuditLog } from '../../audit/index.js';
import { isRehearsing } from '../../database/index.js';
import { RevocationLedger, type Propagation, type RevocationReceipt } from '../../revocation/index.js';
import type { PlanView } from './plan-view.js';

const LOOK_MS = 200;
/** A replica that is gone is not waited for any longer than this. */
const WATCH_MS = 30_000;

/** Which replicas have what a plan ended. */
@Injectable()
export class PlanPropagation {
  private readonly logger = new Logger('revocation');

  constructor(
    private readonly ledger: RevocationLedger,
    private readonly audit: AuditLog,
  ) {}

  /** After the commit of an applied plan. `undefined`: there was nothing to end. */
  async receipt(plan: PlanView): Promise<RevocationReceipt | undefined> {
    const seq = plan.applied?.seq;
    if (seq === undefined) return undefined;
    if (!isRehearsing()) aside(() => void this.watch(plan, seq));
    return this.ledger.receipt(seq);
  }

  /** How far an applied plan has come. */
  async of({ applied }: PlanView): Promise<Propagation> {
    if (applied?.seq === undefined) return { done: true, replicas: [] };
    return this.ledger.propagation(applied.seq, applied.at);
  }

  /** The trail tells when every replica has it, however long the answer could wait. */
  private async watch(plan: PlanView, seq: number): Promise<void> {
    const until = performance.now() + WATCH_MS;
    try {
      let propagation = await this.of(plan);
      while (!propagation.done && performance.now() < until) {
        await sleep(LOOK_MS);
        propagation = await this.of(plan);
      }
      await this.audit.decide(propagatedFact(plan, seq, propagation));
    } catch (error) {
      this.logger.error(
        { err: error, plan: plan.id },
        'the propagation of a revocation could not be recorded',
      );
    }
  }
}

function propagatedFact({ id }: PlanView, seq: number, { done, replicas }: Propagation) {
  const acked = replicas.flatMap(({ ms }) => ms ?? []);
  return {
    type: 'revocation.propagated',
    actor: { type: 'system' },
    outcome: { result: done ? 'allowed' : 'error', ...(!done && { reason: 'replicas_missing' }) },
    targets: [{ type: 'revocation', id }],
    details: {
      plan_id: id,
      seq,
      replicas: replicas.length,
      acked: acked.length,
      propagation_ms: Math.max(0, ...acked),
      calls_ended: replicas.reduce((sum, { callsEnded }) => sum + callsEnded, 0),
    },
  } as const;
}
