import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PLAN_WARNINGS, type PlanPreview, type PlanView } from '../oauth/index.js';
import type { Propagation, RevocationReceipt } from '../revocation/index.js';
import { ReceiptResponse } from './ended.response.js';
import { PageOf } from './paging.js';
import { COUNT, ID, TEXT, TEXTS, TIME } from './response-fields.js';
import { said } from './plan-selector.js';
import { SelectorRequest } from './revocation-plans.request.js';

class CountsResponse {
  @ApiProperty(COUNT) people!: number;
  @ApiProperty(COUNT) clients!: number;
  @ApiProperty(COUNT) grants!: number;
  @ApiProperty(COUNT) sessions!: number;
  @ApiProperty({ ...COUNT, description: 'Access tokens that are alive' }) access_tokens!: number;
  @ApiProperty({ ...COUNT, description: 'API keys that are alive' }) api_keys!: number;
}

class PersonSample {
  @ApiProperty(ID) id!: string;
  @ApiProperty(TEXT) email!: string;
}

class ClientSample {
  @ApiProperty(TEXT) id!: string;
  @ApiProperty(TEXT) name!: string;
}

class SamplesResponse {
  @ApiProperty({ type: PersonSample, isArray: true }) people!: readonly PersonSample[];
  @ApiProperty({ type: ClientSample, isArray: true }) clients!: readonly ClientSample[];
  @ApiProperty(TEXTS) grants!: readonly string[];
  @ApiProperty(TEXTS) sessions!: readonly string[];
}

/** What somebody wants to end, and what that would hit. */
export class PlanResponse {
  @ApiProperty(ID) id!: string;
  @ApiProperty({ type: SelectorRequest }) selector!: SelectorRequest;
  @ApiProperty({ description: 'Applying names it: it changes with what would be ended' }) plan_hash!: string;
  @ApiProperty({ type: CountsResponse }) counts!: CountsResponse;
  @ApiProperty({ ...COUNT, description: 'How many other operators have to approve it' })
  approvals_needed!: number;
  @ApiProperty({ ...TEXTS, description: 'Who did' }) approvals!: readonly string[];
  @ApiPropertyOptional(TEXT) reason?: string;
  @ApiProperty(TEXT) created_by!: string;
  @ApiProperty(TIME) created_at!: Date;
  @ApiProperty({ ...TIME, description: 'Until then it may be applied' }) expires_at!: Date;
  @ApiProperty() applied!: boolean;

  static of(this: void, plan: PlanView): PlanResponse {
    return {
      id: plan.id,
      selector: said(plan.selector),
      plan_hash: plan.hash,
      counts: plan.counts,
      approvals_needed: plan.approvalsNeeded,
      approvals: plan.approvals,
      ...(plan.reason !== undefined && { reason: plan.reason }),
      created_by: plan.createdBy,
      created_at: plan.createdAt,
      expires_at: plan.expiresAt,
      applied: plan.applied !== undefined,
    };
  }
}

export class PlanPreviewResponse extends PlanResponse {
  @ApiProperty({ type: SamplesResponse, description: 'The newest of each' }) samples!: SamplesResponse;
  @ApiProperty({ ...COUNT, description: 'Calls and streams that are served now, by all replicas' })
  live_calls!: number;
  @ApiProperty({ enum: [...PLAN_WARNINGS], isArray: true })
  warnings!: readonly string[];

  static from(this: void, { plan, samples, liveCalls, warnings }: PlanPreview): PlanPreviewResponse {
    return { ...PlanResponse.of(plan), samples, live_calls: liveCalls, warnings };
  }
}

class EndedCounts {
  @ApiProperty(COUNT) grants!: number;
  @ApiProperty(COUNT) sessions!: number;
  @ApiProperty({ ...COUNT, description: 'Access tokens ended by themselves; those of grants end with them' })
  tokens!: number;
  @ApiPropertyOptional({ ...COUNT, description: 'API keys; absent when there were none' }) api_keys?: number;
}

class ReplicaResponse {
  @ApiProperty(ID) replica!: string;
  @ApiPropertyOptional({ ...COUNT, description: 'After so many milliseconds; absent until it has said so' })
  ms?: number;
  @ApiProperty({ ...COUNT, description: 'Calls and streams it was serving, and ended' }) calls_ended!: number;
}

/** A plan that was applied. */
export class RevocationResponse {
  @ApiProperty({ ...ID, description: 'That of its plan' }) id!: string;
  @ApiProperty({ type: SelectorRequest }) selector!: SelectorRequest;
  @ApiPropertyOptional(TEXT) reason?: string;
  @ApiProperty(TEXT) planned_by!: string;
  @ApiProperty(TEXT) applied_by!: string;
  @ApiProperty(TIME) applied_at!: Date;
  @ApiProperty({ type: EndedCounts }) ended!: EndedCounts;
  @ApiPropertyOptional({ ...COUNT, description: 'Its last position in the revocation ledger' }) seq?: number;

  static of(this: void, plan: PlanView): RevocationResponse {
    const { applied } = plan;
    if (!applied) throw new Error('The plan has not been applied');
    const { apiKeys, ...ended } = applied.ended;
    return {
      id: plan.id,
      selector: said(plan.selector),
      ...(plan.reason !== undefined && { reason: plan.reason }),
      planned_by: plan.createdBy,
      applied_by: applied.by,
      applied_at: applied.at,
      ended: { ...ended, ...(apiKeys !== undefined && { api_keys: apiKeys }) },
      ...(applied.seq !== undefined && { seq: applied.seq }),
    };
  }
}

export class RevocationStateResponse extends RevocationResponse {
  @ApiProperty({ description: 'Every running replica refuses what was ended' }) propagated!: boolean;
  @ApiProperty({ type: ReplicaResponse, isArray: true }) replicas!: ReplicaResponse[];
  @ApiProperty({ ...COUNT, description: 'At all replicas together' }) calls_ended!: number;

  static from(this: void, plan: PlanView, { done, replicas }: Propagation): RevocationStateResponse {
    return {
      ...RevocationResponse.of(plan),
      propagated: done,
      replicas: replicas.map(({ replica, ms, callsEnded }) => ({
        replica,
        ...(ms !== undefined && { ms }),
        calls_ended: callsEnded,
      })),
      calls_ended: replicas.reduce((sum, { callsEnded }) => sum + callsEnded, 0),
    };
  }
}

export class AppliedResponse extends RevocationStateResponse {
  @ApiPropertyOptional({ type: ReceiptResponse, description: 'Absent when there was nothing to end' })
  receipt?: ReceiptResponse;

  static applied(
    this: void,
    state: RevocationStateResponse,
    receipt: RevocationReceipt | undefined,
  ): AppliedResponse {
    return { ...state, ...(receipt && { receipt: ReceiptResponse.of(receipt) }) };
  }
}

export class RevocationPage extends PageOf(RevocationResponse) {}
