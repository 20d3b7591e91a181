import { createHash } from 'node:crypto';
import type { BlastCounts, BlastSamples } from './blast-radius.js';
import type { RevocationPlan } from './revocation-plan.entity.js';
import type { PlanSelector } from './selector.js';

/** A plan as other rooms see it. */
export interface PlanView {
  readonly id: string;
  readonly selector: PlanSelector;
  readonly hash: string;
  readonly counts: BlastCounts;
  readonly approvalsNeeded: number;
  /** Who said yes to it as it is. */
  readonly approvals: readonly string[];
  readonly reason?: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly applied?: AppliedView;
}

export interface AppliedView {
  readonly at: Date;
  readonly by: string;
  /** Position in the ledger; absent when there was nothing left to end. */
  readonly seq?: number;
  readonly ended: {
    readonly grants: number;
    readonly sessions: number;
    readonly tokens: number;
    /** Absent when there were none. */
    readonly apiKeys?: number;
  };
}

/** What is only known while it is asked. */
export interface PlanPreview {
  readonly plan: PlanView;
  readonly samples: BlastSamples;
  readonly liveCalls: number;
  readonly warnings: readonly PlanWarning[];
}

export const PLAN_WARNINGS = [
  'nothing_matches',
  'ends_own_access',
  'replaces_signing_key',
  'live_calls_incomplete',
] as const;
export type PlanWarning = (typeof PLAN_WARNINGS)[number];

export function planViewOf(row: RevocationPlan, approvals: readonly string[]): PlanView {
  return {
    id: row.id,
    selector: row.selector,
    hash: row.hash,
    // A plan of an earlier version counted no keys.
    counts: { ...row.counts, api_keys: row.counts.api_keys ?? 0 },
    approvalsNeeded: row.approvalsNeeded,
    approvals,
    ...(row.reason !== null && { reason: row.reason }),
    createdBy: row.createdBy,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    ...(row.appliedAt && { applied: appliedOf(row, row.appliedAt) }),
  };
}

function appliedOf({ appliedBy, appliedSeq, ended }: RevocationPlan, at: Date): AppliedView {
  return {
    at,
    by: appliedBy ?? '',
    ...(appliedSeq !== null && { seq: Number(appliedSeq) }),
    ended: ended ?? { grants: 0, sessions: 0, tokens: 0 },
  };
}

/** Names a plan together with what it hits. */
export function planHash(id: string, selector: PlanSelector, digest: string): string {
  const said = Object.entries(selector).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([id, said, digest]))
    .digest('base64url');
}
