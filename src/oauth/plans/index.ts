import { PlanApproval } from './plan-approval.entity.js';
import { PlanDecisions } from './plan-decisions.js';
import { PlanExecution } from './plan-execution.js';
import { PlanPropagation } from './plan-propagation.js';
import { RevocationPlan } from './revocation-plan.entity.js';
import { RevocationPlans } from './revocation-plans.js';
import { Selections } from './selection.js';
import { TokenLookup } from './token-lookup.js';

export const PLANS = [
  PlanDecisions,
  PlanExecution,
  PlanPropagation,
  RevocationPlans,
  Selections,
  TokenLookup,
] as const;
export const PLAN_ENTITIES = [PlanApproval, RevocationPlan] as const;
