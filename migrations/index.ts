import { Initial1763700000000 } from './1763700000000-initial.js';

/** In the order they run. */
export const MIGRATIONS = [Initial1763700000000] as const;
