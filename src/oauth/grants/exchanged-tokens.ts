import type { EntityManager } from 'typeorm';

const END_FAMILY = `
WITH RECURSIVE family AS (
  SELECT jti FROM access_tokens WHERE jti = $1
  UNION SELECT t.jti FROM access_tokens t JOIN family f ON t.parent_jti = f.jti)
UPDATE access_tokens t SET revoked_at = now() FROM family f WHERE t.jti = f.jti AND t.revoked_at IS NULL
RETURNING t.jti`;

/**
 * Ends an access token and what it was exchanged for since (RFC 8693); answers what ended. An exchange that held one
 * of them back has committed a token that the statement could not see yet, so it is run until it finds nothing.
 */
export async function endFamily(tx: EntityManager, jti: string): Promise<string[]> {
  const ended: string[] = [];
  for (;;) {
    const [rows] = await tx.query<[{ jti: string }[], number]>(END_FAMILY, [jti]);
    if (rows.length === 0) return ended;
    ended.push(...rows.map((row) => row.jti));
  }
}

/** Grants of a client of which others hold living tokens, by an exchange: its own row in the ledger ends none of those. */
export async function grantsUsedByOthers(tx: EntityManager, clientId: string): Promise<string[]> {
  const rows = await tx.query<{ grant_id: string }[]>(
    `SELECT DISTINCT t.grant_id FROM access_tokens t JOIN grants g ON g.id = t.grant_id
     WHERE g.client_id = $1 AND t.client_id <> $1 AND t.expires_at > now()`,
    [clientId],
  );
  return rows.map((row) => row.grant_id);
}
