import type { KeyState } from './signing-key.entity.js';

/** What the plan looks at in a key. */
export interface PlannedKey {
  readonly kid: string;
  readonly alg: string;
  readonly state: KeyState;
  readonly createdAt: Date;
  readonly activateAt: Date | null;
  readonly activatedAt: Date | null;
}

/** Durations in seconds. */
export interface RotationPolicy {
  /** Every algorithm there is to be a key for; the first is the default. */
  readonly algorithms: readonly string[];
  readonly rotateEvery: number;
  readonly announce: number;
  /** For a key that takes over from one of another algorithm. */
  readonly leastAnnouncement: number;
  /** For a key nobody waits for yet. */
  readonly propagation: number;
}

/** Something that is due. */
export type Step =
  /** A key that signs at once, because there is none. */
  | { readonly do: 'create'; readonly alg: string }
  /** A key that is published now and signs later. */
  | { readonly do: 'announce'; readonly alg: string; readonly activateAt: Date }
  /** The next key signs from now on; the one that did is retired. */
  | { readonly do: 'activate'; readonly kid: string; readonly retire: string | undefined }
  /** A key of an algorithm that is not asked for any more. */
  | { readonly do: 'retire'; readonly kid: string };

const after = (moment: Date, seconds: number): Date => new Date(moment.getTime() + seconds * 1_000);

/** What is due now. Whoever does it does it under a lock, on keys read under that lock. */
export function dueSteps(keys: readonly PlannedKey[], policy: RotationPolicy, now: Date): Step[] {
  return [
    ...policy.algorithms.flatMap((alg) => ofAlgorithm(alg, keys, policy, now)),
    ...leftOver(keys, policy, now),
  ];
}

function ofAlgorithm(
  alg: string,
  keys: readonly PlannedKey[],
  policy: RotationPolicy,
  now: Date,
): readonly Step[] {
  const [active, next] = (['active', 'next'] as const).map((state) =>
    keys.find((key) => key.alg === alg && key.state === state),
  );
  if (next) {
    if (next.activateAt !== null && next.activateAt > now) return [];
    return [{ do: 'activate', kid: next.kid, retire: active?.kid }];
  }
  if (!active) return [first(alg, keys, policy, now)];
  const ends = after(active.activatedAt ?? active.createdAt, policy.rotateEvery);
  if (after(now, policy.announce) < ends) return [];
  return [{ do: 'announce', alg, activateAt: after(now, policy.announce) }];
}

/** Beside a key that signs, a first one of another algorithm is announced like any other. */
function first(alg: string, keys: readonly PlannedKey[], policy: RotationPolicy, now: Date): Step {
  if (!keys.some(({ state }) => state === 'active')) return { do: 'create', alg };
  const seconds = alg === policy.algorithms[0] ? policy.leastAnnouncement : policy.propagation;
  return { do: 'announce', alg, activateAt: after(now, seconds) };
}

/** Not before its time: replicas with the configuration of before may still be there, and sign with it. */
function leftOver(keys: readonly PlannedKey[], policy: RotationPolicy, now: Date): readonly Step[] {
  const signs = keys.some(({ alg, state }) => alg === policy.algorithms[0] && state === 'active');
  if (!signs) return [];
  return keys
    .filter(({ alg, state }) => !policy.algorithms.includes(alg) && state !== 'retired')
    .filter((key) => after(key.activatedAt ?? key.createdAt, policy.rotateEvery) <= now)
    .map(({ kid }) => ({ do: 'retire', kid }));
}
