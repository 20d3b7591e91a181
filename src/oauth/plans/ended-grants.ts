import type { EntityManager } from 'typeorm';
import type { Condition } from './selection.js';

/** Of one statement, which has ten seconds. */
const AT_ONCE = 5_000;
/** Grants with an event of their own; of more than these only the plan's event tells. */
export const TOLD = 1_000;

export interface ToldGrant {
  readonly id: string;
  readonly user_id: string;
  readonly client_id: string;
}

export interface EndedGrants {
  readonly count: number;
  /** Those by which a token, or a call that began with one, can still be alive. */
  readonly live: readonly string[];
  readonly told: readonly ToldGrant[];
}

const first = (values: readonly unknown[]): number => values.length + 1;

/** A person who is asked again can tell that the access was ended; a remembered yes would hide it. */
const endSome = ({ where, values }: Condition): string => `
WITH hit AS (
  SELECT g.id FROM grants g WHERE g.id > $${first(values)}::uuid AND ${where}
  ORDER BY g.id LIMIT ${AT_ONCE} FOR NO KEY UPDATE OF g),
ended AS (
  UPDATE grants g SET revoked_at = now(), revoked_reason = $${first(values) + 1} FROM hit
  WHERE g.id = hit.id AND g.revoked_at IS NULL RETURNING g.id, g.user_id, g.client_id, g.resource),
forgotten AS (
  DELETE FROM consents c USING ended e
  WHERE c.user_id = e.user_id AND c.client_id = e.client_id AND c.resource = e.resource)
SELECT id, user_id, client_id FROM ended ORDER BY id`;

/** Asked after the rows were written: whoever issued a token by one of them held its row until then. */
const LIVE = `
SELECT DISTINCT grant_id FROM access_tokens
WHERE grant_id = ANY($1::uuid[]) AND expires_at > now() - interval '1 hour' AND revoked_at IS NULL`;

/** Ends every grant of a condition, some at a time, in the caller's transaction. */
export async function endGrants(
  tx: EntityManager,
  condition: Condition,
  reason: string | null,
): Promise<EndedGrants> {
  const statement = endSome(condition);
  const [live, told]: [string[], ToldGrant[]] = [[], []];
  let [count, last] = [0, '00000000-0000-0000-0000-000000000000'];
  for (;;) {
    const rows = await tx.query<ToldGrant[]>(statement, [...condition.values, last, reason]);
    if (rows.length === 0) return { count, live, told };
    const alive = await tx.query<{ grant_id: string }[]>(LIVE, [rows.map(({ id }) => id)]);
    live.push(...alive.map(({ grant_id }) => grant_id));
    if (told.length < TOLD) told.push(...rows.slice(0, TOLD));
    count += rows.length;
    last = rows.at(-1)!.id;
  }
}
