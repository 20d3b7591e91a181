import pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';

/** Has no login: the server takes it on with each connection. */
const ROLE = 'gatehouse_app';

/** "grnt" in ASCII */
const RIGHTS_LOCK = 0x67726e74;

/** Of these the running server may add rows and read them, and nothing else. */
const APPEND_ONLY = ['audit_events', 'audit_leaves', 'audit_nodes', 'audit_checkpoints'];

/** How the audit trail is protected from the running server by the rights of the database. */
export interface Protection {
  /** The role that every connection takes on; absent when it is not needed, or cannot be had. */
  readonly role?: string;
  /** Why not, where it is not. */
  readonly missing?: string;
}

/** Tables and sequences of ours for which a role has not got exactly what it should have. */
const WANTING = `
SELECT c.relname AS name, c.relkind AS kind FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND (
  (c.relkind = 'S' AND NOT has_sequence_privilege($1, c.oid, 'USAGE'))
  OR (c.relkind IN ('r', 'p') AND (
    NOT has_table_privilege($1, c.oid, 'SELECT') OR NOT has_table_privilege($1, c.oid, 'INSERT')
    OR (c.relname = ANY($2) AND (has_table_privilege($1, c.oid, 'UPDATE') OR has_table_privilege($1, c.oid, 'DELETE')
      OR has_table_privilege($1, c.oid, 'TRUNCATE')))
    OR (c.relname <> ALL($2) AND NOT (has_table_privilege($1, c.oid, 'UPDATE')
      AND has_table_privilege($1, c.oid, 'DELETE'))))))`;

/** Gives a role what the running server needs. Runs as the owner of the tables. */
export async function grantRights(owner: DataSource, role: string): Promise<void> {
  const find = (tx: EntityManager) =>
    tx.query<{ name: string; kind: string }[]>(WANTING, [role, APPEND_ONLY]);
  if ((await find(owner.manager)).length === 0) return;
  const to = pg.escapeIdentifier(role);
  await owner.transaction(async (tx) => {
    // Replicas that start at once would be in each other's way.
    await tx.query('SELECT pg_advisory_xact_lock($1)', [RIGHTS_LOCK]);
    const wanting = await find(tx);
    await tx.query(`GRANT USAGE ON SCHEMA public TO ${to}`);
    for (const { name, kind } of wanting) {
      const thing = pg.escapeIdentifier(name);
      if (kind === 'S') await tx.query(`GRANT USAGE, SELECT ON SEQUENCE ${thing} TO ${to}`);
      else {
        await tx.query(`REVOKE ALL ON ${thing} FROM ${to}`);
        const rights = APPEND_ONLY.includes(name) ? 'SELECT, INSERT' : 'SELECT, INSERT, UPDATE, DELETE';
        await tx.query(`GRANT ${rights} ON ${thing} TO ${to}`);
      }
    }
  });
}

/** Makes the role, and lets the owner take it on. @throws Error when the owner may not. */
async function ensureRole(owner: DataSource): Promise<void> {
  await owner.query(`
    DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${ROLE}') THEN CREATE ROLE ${ROLE} NOLOGIN; END IF;
      IF NOT pg_has_role(current_user, '${ROLE}', 'MEMBER') THEN GRANT ${ROLE} TO CURRENT_USER; END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$`);
}

/**
 * For a server that is given one login, the owner's: its connections are to take on a role that may less. A database
 * or a pooler that does not allow that leaves the trail to its triggers.
 */
export async function protectByRole(owner: DataSource, url: string): Promise<Protection> {
  try {
    await ensureRole(owner);
    await grantRights(owner, ROLE);
    const name = await nameOf(url, optionsOf(ROLE));
    return name === ROLE ? { role: ROLE } : { missing: `connections stay ${name}` };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

/** For a server with a login of its own beside the owner's. */
export async function protectByLogin(owner: DataSource, url: string): Promise<Protection> {
  await grantRights(owner, await nameOf(url));
  return {};
}

/** For node-postgres: connections that begin as this role. */
export const optionsOf = (role: string): string => `-c role=${role}`;

async function nameOf(url: string, options?: string): Promise<string> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    ...(options && { options }),
  });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>('SELECT current_user AS name');
    return rows[0]!.name;
  } finally {
    await client.end();
  }
}

/** Whether a connection of the server could change what is in the trail. */
export async function mayChangeTheTrail(dataSource: DataSource): Promise<boolean> {
  const [row] = await dataSource.query<{ may: boolean }[]>(
    `SELECT bool_or(has_table_privilege(name, right_) OR pg_has_role(relowner, 'USAGE')) AS may
     FROM unnest($1::text[]) AS name JOIN pg_class ON oid = name::regclass,
       unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS right_`,
    [APPEND_ONLY],
  );
  return row?.may !== false;
}
