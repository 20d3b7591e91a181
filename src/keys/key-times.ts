import type { AppConfig, KeyPolicies } from '../config/index.js';

/** Milliseconds: a replica looks this often, and renews a view that is older before it publishes it. */
export const VIEW_MS = 1_000;

/** Seconds after which every replica publishes a key: twice the age of a view, so that a slow commit fits in. */
export const PROPAGATION = 2;

/** Seconds: clocks of verifiers may differ by as much, and a replica may learn late that a key is retired. */
const SKEW = 60;

const LONGEST_CACHED = 300;

/** Seconds a verifier may keep the key set: less than half the announcement. */
export function jwksMaxAge({ announce }: KeyPolicies): number {
  return Math.max(1, Math.min(LONGEST_CACHED, Math.floor((announce - PROPAGATION) / 2)));
}

/** Seconds a key is published at least before it signs; at once means before every verifier has had to look again. */
export function leastAnnouncement(keys: KeyPolicies, atOnce = false): number {
  if (atOnce) return PROPAGATION;
  // How long others keep it is not ours to say.
  if (keys.jwksUri) return keys.announce;
  return Math.min(keys.announce, jwksMaxAge(keys) + PROPAGATION);
}

/** Seconds a key stays published after it signed last. */
export function publishedAfterwards(config: AppConfig): number {
  return config.longestToken + SKEW;
}
