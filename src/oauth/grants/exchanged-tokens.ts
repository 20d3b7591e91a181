import type { EntityManager } from 'typeorm';

/** Over `access_tokens t`. */
interface Condition {
  readonly where: string;
  readonly values: readonly unknown[];
}

const endStatement = (where: string): string => `
WITH RECURSIVE family AS (
  SELECT t.jti FROM access_tokens t WHERE ${where}
  UNION SELECT c.jti FROM access_tokens c JOIN family f ON c.parent_jti = f.jti)
UPDATE access_tokens t SET revoked_at = now() FROM family f
WHERE t.jti = f.jti AND t.revoked_at IS NULL AND (t.expires_at > now() OR (${where})) RETURNING t.jti`;

/**
 * Ends access tokens and what they were exchanged for since (RFC 8693); answers what ended. An exchange that held one
 * of them back has committed a token that the statement could not see yet, so it is run until it finds nothing.
 */
export async function endFamilies(tx: EntityManager, { where, values }: Condition): Promise<string[]> {
  const statement = endStatement(where);
  const ended: string[] = [];
  for (;;) {
    const [rows] = await tx.query<[{ jti: string }[], number]>(statement, [...values]);
    if (rows.length === 0) return ended;
    ended.push(...rows.map(({ jti }) => jti));
  }
}

/** The same for one token. */
export const endFamily = (tx: EntityManager, jti: string): Promise<string[]> =>
  endFamilies(tx, { where: 't.jti = $1', values: [jti] });

/** Grants of a client of which others hold living tokens, by an exchange: its own row in the ledger ends none of those. */
export async function grantsUsedByOthers(tx: EntityManager, clientId: string): Promise<string[]> {
  const rows = await tx.query<{ grant_id: string }[]>(
    `SELECT DISTINCT t.grant_id FROM access_tokens t JOIN grants g ON g.id = t.grant_id
     WHERE g.client_id = $1 AND t.client_id <> $1 AND t.expires_at > now()`,
    [clientId],
  );
  return rows.map((row) => row.grant_id);
}
