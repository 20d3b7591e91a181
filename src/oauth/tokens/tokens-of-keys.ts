/** What runs statements: a transaction or the data source. */
interface Runner {
  query<T>(statement: string, parameters?: unknown[]): Promise<T>;
}

/** A token that is neither expired nor ended, by itself or with its grant or its key; `t` is its row. */
export const ALIVE = `(t.expires_at > now() AND t.revoked_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM grants g WHERE g.id = t.grant_id AND g.revoked_at IS NOT NULL) AND NOT EXISTS (
  SELECT 1 FROM signing_keys k WHERE k.kid = t.kid AND k.state = 'revoked'))`;

/** What is left of tokens that were exchanged (RFC 8693) for one that the key `$1` signed, over any number of steps. */
const EXCHANGED = `
WITH RECURSIVE exchanged AS (
  SELECT c.jti FROM access_tokens c JOIN access_tokens p ON p.jti = c.parent_jti WHERE p.kid = $1
  UNION
  SELECT c.jti FROM access_tokens c JOIN exchanged e ON c.parent_jti = e.jti)`;
const ELSEWHERE = `t.jti IN (SELECT jti FROM exchanged) AND t.kid <> $1 AND ${ALIVE}`;

/** How many living access tokens each key signed. */
export async function livingTokensByKey(runner: Runner): Promise<ReadonlyMap<string, number>> {
  const rows = await runner.query<{ kid: string; living: number }[]>(
    `SELECT t.kid, count(*)::int AS living FROM access_tokens t WHERE ${ALIVE} GROUP BY t.kid`,
  );
  return new Map(rows.map(({ kid, living }) => [kid, living]));
}

/** What revoking the key would end: the tokens it signed, and those another key signed in exchange for them. */
export async function tokensOfKey(
  runner: Runner,
  kid: string,
): Promise<{ signed: number; exchanged: number }> {
  const [row] = await runner.query<{ signed: number; exchanged: number }[]>(
    `${EXCHANGED} SELECT (SELECT count(*)::int FROM access_tokens t WHERE t.kid = $1 AND ${ALIVE}) AS signed,
       (SELECT count(*)::int FROM access_tokens t WHERE ${ELSEWHERE}) AS exchanged`,
    [kid],
  );
  return row!;
}

/**
 * Marks the tokens that were exchanged for those of the key, and answers which. An exchange that held one of them back
 * has committed a token that the statement could not see yet, so it is run until it finds nothing.
 */
export async function endExchanged(runner: Runner, kid: string): Promise<string[]> {
  const ended: string[] = [];
  for (;;) {
    const [rows] = await runner.query<[{ jti: string }[], number]>(
      `${EXCHANGED} UPDATE access_tokens t SET revoked_at = now() WHERE ${ELSEWHERE} RETURNING t.jti`,
      [kid],
    );
    if (rows.length === 0) return ended;
    ended.push(...rows.map(({ jti }) => jti));
  }
}
