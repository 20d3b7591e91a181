import { performance } from 'node:perf_hooks';
import { sleep } from './server-process.js';

/** One try: what is asked again and again, and what ends it. */
export interface Trial {
  /** The status that the one who is ended gets. */
  readonly ask: () => Promise<number>;
  readonly end: () => Promise<unknown>;
  /** Afterwards, when something has to be set back. */
  readonly undo?: () => Promise<unknown>;
}

const GIVE_UP_MS = 5_000;

/**
 * How long after the end began the first refusal came, so many times; the figures are printed with the label. What is
 * asked has to be answered with 200 before.
 */
export async function timeToRefusal(
  label: string,
  rounds: number,
  prepare: (round: number) => Promise<Trial>,
): Promise<{ p50: number; longest: number }> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { ask, end, undo } = await prepare(round);
    const before = await ask();
    if (before !== 200) throw new Error(`${label}: answered ${before} before anything was ended`);
    const startedAt = performance.now();
    const refused = firstRefusal(ask, startedAt);
    await end();
    times.push(await refused);
    await undo?.();
  }
  times.sort((a, b) => a - b);
  const p50 = Math.round(times[Math.ceil(rounds / 2) - 1]!);
  const longest = Math.round(times.at(-1)!);
  process.stdout.write(`${label}, ${rounds} times: p50 ${p50} ms, longest ${longest} ms\n`);
  return { p50, longest };
}

async function firstRefusal(ask: () => Promise<number>, startedAt: number): Promise<number> {
  for (;;) {
    if ((await ask()) === 401) return performance.now() - startedAt;
    if (performance.now() - startedAt > GIVE_UP_MS)
      throw new Error(`Still let through after ${GIVE_UP_MS} ms`);
    await sleep(5);
  }
}
