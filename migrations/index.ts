import { Initial1763700000000 } from './1763700000000-initial.js';
import { SsoFlows1763700100000 } from './1763700100000-sso-flows.js';
import { StepUp1763700200000 } from './1763700200000-step-up.js';

/** In the order they run. */
export const MIGRATIONS = [Initial1763700000000, SsoFlows1763700100000, StepUp1763700200000] as const;
