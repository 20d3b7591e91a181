import type { EntityManager } from 'typeorm';

/** A person who is signed in at a browser. */
export interface SignedIn {
  readonly sessionId: string;
  readonly userId: string;
  readonly email: string;
  readonly name?: string;
  /** When they last proved who they are. */
  readonly authTime: Date;
  /** When they signed in here, by a proof that somebody else may have asked for before. */
  readonly signedInAt: Date;
  readonly acr: string;
  readonly amr: readonly string[];
}

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly email: string;
  readonly name: string | null;
  readonly auth_time: Date;
  readonly created_at: Date;
  readonly acr: string;
  readonly amr: string[];
  readonly stale: boolean;
}

const LIVE = `
SELECT s.id, s.user_id, u.email, u.name, s.auth_time, s.created_at, s.acr, s.amr,
  s.last_seen_at < now() - make_interval(secs => least(60, $2::double precision / 10)) AS stale
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.digest = $1 AND s.ended_at IS NULL AND s.expires_at > now()
  AND s.last_seen_at > now() - make_interval(secs => $2::double precision) AND u.disabled_at IS NULL`;

/** The living session with this digest: not ended, within both limits, its person not disabled. */
export async function resolveSession(
  db: EntityManager,
  digest: Buffer,
  idleSeconds: number,
): Promise<SignedIn | undefined> {
  const [row] = await db.query<Row[]>(LIVE, [digest, idleSeconds]);
  if (!row) return undefined;
  if (row.stale) await db.query('UPDATE sessions SET last_seen_at = now() WHERE id = $1', [row.id]);
  return {
    sessionId: row.id,
    userId: row.user_id,
    email: row.email,
    ...(row.name && { name: row.name }),
    authTime: row.auth_time,
    signedInAt: row.created_at,
    acr: row.acr,
    amr: row.amr,
  };
}
