import { Injectable } from '@nestjs/common';
import {
  PlanDecisions,
  PlanPropagation,
  RevocationPlans,
  SelectorRefused,
  type NotApplied,
  type NotApproved,
  type PlanPreview,
  type PlanSelector,
  type PlanView,
} from '../oauth/index.js';
import { AdminProblem, found, invalidField } from './admin-problem.js';
import type { Operator } from './admin-request.js';
import { PlanSelectors } from './plan-selector.js';
import type { NewPlanRequest, PlanYesRequest } from './revocation-plans.request.js';
import { AppliedResponse, PlanResponse, RevocationStateResponse } from './revocation-plans.response.js';

const REFUSALS: Readonly<Record<NotApplied | NotApproved, string>> = {
  expired: 'The plan is too old; make it again',
  drifted: 'It would end something else by now; look at it again, and name the hash it has now',
  approval_needed: 'Another operator has to approve it first',
  own_plan: 'Nobody approves a plan of their own',
  applied: 'It has been applied already',
  own_access: 'Your own access would end by it; acknowledge ends_own_access if that is meant',
};

/** Plans, approves and applies for operators. */
@Injectable()
export class PlanActions {
  constructor(
    private readonly selectors: PlanSelectors,
    private readonly plans: RevocationPlans,
    private readonly decisions: PlanDecisions,
    private readonly propagation: PlanPropagation,
  ) {}

  /** @throws AdminProblem */
  async create(request: NewPlanRequest, operator: Operator): Promise<PlanPreview> {
    const selector = await this.selectors.read(request.selector);
    try {
      return await this.plans.create(selector, this.selectors.asker(selector, operator, request));
    } catch (error) {
      if (!(error instanceof SelectorRefused)) throw error;
      throw invalidField(`selector${error.member === 'selector' ? '' : `.${error.member}`}`, error.message);
    }
  }

  async show(id: string, operator: Operator): Promise<PlanPreview> {
    const { selector } = found(await this.plans.find(id));
    return found(await this.plans.show(id, this.selectors.asker(selector, operator, {})));
  }

  async approve(id: string, request: PlanYesRequest, operator: Operator): Promise<PlanView> {
    const { selector } = found(await this.plans.find(id));
    const yes = { ...this.selectors.asker(selector, operator, request), hash: request.plan_hash };
    const { refused, plan } = found(await this.decisions.approve(id, yes));
    if (refused) throw notDone(refused, plan);
    return plan;
  }

  async apply(id: string, request: PlanYesRequest, operator: Operator): Promise<AppliedResponse> {
    const { selector } = found(await this.plans.find(id));
    if (!isOfOne(selector)) this.selectors.checkRecentSignIn(operator);
    const knowsOwnAccess = request.acknowledge?.includes('ends_own_access') ?? false;
    const yes = {
      ...this.selectors.asker(selector, operator, request),
      hash: request.plan_hash,
      knowsOwnAccess,
    };
    const outcome = found(await this.decisions.apply(id, yes));
    if ('refused' in outcome) throw notDone(outcome.refused, outcome.plan);
    const receipt = outcome.fresh ? await this.propagation.receipt(outcome.plan) : undefined;
    return AppliedResponse.applied(await this.stateOf(outcome.plan), receipt);
  }

  async stateOf(plan: PlanView): Promise<RevocationStateResponse> {
    return RevocationStateResponse.from(plan, await this.propagation.of(plan));
  }
}

/** Whether it is about one person, client, session, grant or token; whatever is not may hit everybody. */
const isOfOne = ({ userId, clientId, sessionId, grantId, jti }: PlanSelector): boolean =>
  [userId, clientId, sessionId, grantId, jti].some((id) => id !== undefined);

/** The caller sees the plan as it is now, and may say yes to that. */
function notDone(refused: NotApplied | NotApproved, plan: PlanView): AdminProblem {
  return new AdminProblem('conflict', {
    detail: REFUSALS[refused],
    reason: `plan_${refused}`,
    members: { plan: PlanResponse.of(plan) },
  });
}
