import { createHash } from 'node:crypto';
import { createPatch } from 'rfc6902';
import type { Json } from './json.js';
import { canonical } from './proof/canonical.js';

/** The members of a thing that the trail tells by value. None of them is a secret. */
export type Snapshot = Readonly<Record<string, unknown>>;

/** What a thing was and is; `null` where it was not yet, or is no more. */
export interface Change {
  readonly before: Snapshot | null;
  readonly after: Snapshot | null;
  /** Names of secrets that are others now. */
  readonly secrets?: readonly string[];
}

export interface RecordedChange {
  readonly before_hash: string | null;
  readonly after_hash: string | null;
  /** RFC 6902; the value of a secret is `{ "changed": true }`. */
  readonly patch: readonly { readonly [member: string]: Json }[];
}

/** The difference as it is stored. The hashes are of the whole snapshots: the patch may have been shortened. */
export function recordedChange({ before, after, secrets = [] }: Change): RecordedChange {
  const [from, to] = [plain(before), plain(after)];
  const patch = createPatch(from ?? {}, to ?? {}) as object[] as { [member: string]: Json }[];
  const told = secrets.map((name) => ({ op: 'replace', path: `/${name}`, value: { changed: true } }));
  return { before_hash: hashOf(from), after_hash: hashOf(to), patch: [...patch, ...told] };
}

/** As JSON has it: dates are text, what is undefined is not there. */
const plain = (snapshot: Snapshot | null): Json =>
  snapshot === null ? null : (JSON.parse(JSON.stringify(snapshot)) as Json);

const hashOf = (snapshot: Json): string | null =>
  snapshot === null ? null : createHash('sha256').update(canonical(snapshot)).digest('hex');
