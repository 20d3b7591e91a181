import type { Json } from '../audit/index.js';

/** Larger arguments are not kept; of them the trail has their size and their keyed hash. */
export const MOST_BYTES = 16_384;
const DEPTH = 32;
const HIDDEN = '[redacted]';
/** Members that by their name are a secret, however deep they stand. */
const SECRET =
  /pass(?:word|phrase|wd)|secret|credential|private_?key|api_?key|^pin$|(?:^|_|-)(?:otp|totp)$|token|authorization|cookie/i;

/** Arguments as the trail keeps them sealed: all of them, but for what is a secret by its name or by the tool's word. */
export function sealedArguments(args: unknown, bytes: number, redact: readonly string[] = []): Json {
  if (bytes > MOST_BYTES) return { left_out: { bytes } };
  return kept(args, new Set(redact), DEPTH);
}

function kept(value: unknown, redact: ReadonlySet<string>, depth: number): Json {
  if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.map((item) => kept(item, redact, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      redact.has(name) || SECRET.test(name) ? HIDDEN : kept(member, redact, depth - 1),
    ]),
  );
}
