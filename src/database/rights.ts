import pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';

/** Has no login: the server takes it on with each connection. */
const ROLE = 'gatehouse_app';

/** "grnt" in ASCII */
const RIGHTS_LOCK = 0x67726e74;

/** Of these the running server may add rows and read them, and nothing else. */
const APPEND_ONLY = ['audit_events', 'audit_leaves', 'audit_nodes', 'audit_checkpoints'];

/** What the running server may do with a table `c`. It adds events to all of them together, never to one part. */
const RIGHTS = `
  CASE WHEN c.relname = ANY('{${APPEND_ONLY.join(',')}}') THEN '{SELECT,INSERT}'
    WHEN c.relname LIKE 'audit\\_events\\_%' OR c.relname = 'audit_partitions' THEN '{SELECT}'
    ELSE '{SELECT,INSERT,UPDATE,DELETE}' END::text[]`;

/** How the audit trail is protected from the running server by the rights of the database. */
export interface Protection {
  /** The role that every connection takes on; absent when it is not needed, or cannot be had. */
  readonly role?: string;
  /** Why not, where it is not. */
  readonly missing?: string;
  /** The login for migrations owns the trail: partitions of it can be made and taken out. */
  readonly owns?: boolean;
}

/** Tables and sequences of ours for which a role has not got exactly what it should have. */
const WANTING = `
SELECT c.relname AS name, c.relkind AS kind, array_to_string(${RIGHTS}, ', ') AS rights FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND (
  (c.relkind = 'S' AND NOT has_sequence_privilege($1, c.oid, 'USAGE'))
  OR (c.relkind IN ('r', 'p') AND EXISTS (
    SELECT FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) AS one
    WHERE has_table_privilege($1, c.oid, one) <> (one = ANY(${RIGHTS})))))`;

/** Gives a role what the running server needs. Runs as the owner of the tables. */
export async function grantRights(owner: DataSource, role: string): Promise<void> {
  const find = (tx: EntityManager) =>
    tx.query<{ name: string; kind: string; rights: string }[]>(WANTING, [role]);
  if ((await find(owner.manager)).length === 0) return;
  const to = pg.escapeIdentifier(role);
  await owner.transaction(async (tx) => {
    // Replicas that start at once would be in each other's way.
    await tx.query('SELECT pg_advisory_xact_lock($1)', [RIGHTS_LOCK]);
    const wanting = await find(tx);
    await tx.query(`GRANT USAGE ON SCHEMA public TO ${to}`);
    for (const { name, kind, rights } of wanting) {
      const thing = pg.escapeIdentifier(name);
      if (kind === 'S') await tx.query(`GRANT USAGE, SELECT ON SEQUENCE ${thing} TO ${to}`);
      else {
        await tx.query(`REVOKE ALL ON ${thing} FROM ${to}`);
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

/** Whether a connection of the server could change what is in the trail, in one of its parts or as a whole. */
export async function mayChangeTheTrail(dataSource: DataSource): Promise<boolean> {
  const [row] = await dataSource.query<{ may: boolean }[]>(
    `SELECT bool_or(has_table_privilege(c.oid, right_) OR pg_has_role(relowner, 'USAGE')) AS may
     FROM pg_class c, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS right_
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND (relname = ANY($1) OR relname LIKE 'audit\\_events\\_%')`,
    [APPEND_ONLY],
  );
  return row?.may !== false;
}

export async function ownsTheTrail(owner: DataSource): Promise<boolean> {
  const [row] = await owner.query<{ owns: boolean }[]>(
    `SELECT pg_has_role(relowner, 'USAGE') AS owns FROM pg_class WHERE oid = 'audit_events'::regclass`,
  );
  return row?.owns === true;
}

/** Gives the role of the running server its rights on tables that were made since. */
export async function grantAnew(owner: DataSource, { role }: Protection, url: string): Promise<void> {
  const name = role ?? (await nameOf(url));
  const [row] = await owner.query<{ self: boolean }[]>('SELECT current_user = $1 AS self', [name]);
  if (!row?.self) await grantRights(owner, name);
}
