import type { EntityManager } from 'typeorm';
import type { AuditLog } from '../../audit/index.js';
import type { By } from '../grants/ending-facts.js';
import { keyFact, keySnapshot } from './api-key-facts.js';
import { LIVING_KEY, type ApiKeyRow } from './api-key-view.js';

/** Over `api_keys k`. */
interface Condition {
  readonly where: string;
  readonly values: readonly unknown[];
}

/** Keys with an event of their own; of more than these only what ended them tells. */
const TOLD = 1_000;
const FACTS_AT_ONCE = 500;

type EndedRow = Omit<ApiKeyRow, 'email' | 'client_name'>;

/**
 * Ends every living key of a condition, in the caller's transaction, and answers their ids. What is being served with
 * them ends by the row that the caller writes into the ledger; what comes later is refused by the row of the key.
 */
export async function endKeys(
  tx: EntityManager,
  audit: AuditLog,
  { where, values }: Condition,
  by: By,
): Promise<string[]> {
  const [rows] = await tx.query<[EndedRow[], number]>(
    `UPDATE api_keys k SET revoked_at = now(), revoked_reason = $${values.length + 1}
     WHERE ${LIVING_KEY} AND ${where}
     RETURNING k.id, k.name, k.user_id, k.client_id, k.resource, k.scopes, k.expires_at, k.revoked_at`,
    [...values, by.reason ?? null],
  );
  const facts = rows.slice(0, TOLD).map((row) => {
    const { id, name, user_id: userId, client_id: clientId, resource, scopes, expires_at: expiresAt } = row;
    const key = { id, name, userId, clientId, resource, scopes, expiresAt, revokedAt: row.revoked_at };
    const before = keySnapshot({ ...key, revokedAt: null });
    return keyFact('api_key.revoked', key, { by, change: { before, after: keySnapshot(key) } });
  });
  for (let at = 0; at < facts.length; at += FACTS_AT_ONCE)
    await audit.record(tx, ...facts.slice(at, at + FACTS_AT_ONCE));
  return rows.map(({ id }) => id);
}
