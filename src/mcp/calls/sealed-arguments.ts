import type { Json } from '../../audit/index.js';
import { REDACTED } from './redacted.js';

/** Larger arguments are not kept; of them the trail has their size and their keyed hash. */
export const MOST_BYTES = 16_384;
const DEPTH = 32;
/** Members that by their name are a secret, however deep they stand. */
const SECRET =
  /pass(?:word|phrase|wd)|secret|credential|private_?key|api_?key|^pin$|(?:^|_|-)(?:otp|totp)$|token|authorization|cookie/i;

/** Arguments as the trail keeps them sealed: all of them, but for what is a secret by its name. */
export function sealedArguments(args: unknown, bytes: number): Json {
  return bytes > MOST_BYTES ? { left_out: { bytes } } : kept(args, DEPTH);
}

function kept(value: unknown, depth: number): Json {
  if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.map((item) => kept(item, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      SECRET.test(name) ? REDACTED : kept(member, depth - 1),
    ]),
  );
}
