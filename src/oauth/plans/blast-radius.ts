import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Selection } from './selection.js';

const SAMPLES = 10;

/** How much a plan hits. */
export interface BlastCounts {
  readonly people: number;
  readonly clients: number;
  readonly grants: number;
  readonly sessions: number;
  /** That are alive, of those grants or by themselves. */
  readonly access_tokens: number;
  readonly api_keys: number;
}

export interface BlastSamples {
  readonly people: readonly { readonly id: string; readonly email: string }[];
  readonly clients: readonly { readonly id: string; readonly name: string }[];
  readonly grants: readonly string[];
  readonly sessions: readonly string[];
}

export interface BlastRadius {
  readonly counts: BlastCounts;
  readonly samples: BlastSamples;
  /** Another one when other grants, sessions or API keys would end. Tokens come and go by themselves. */
  readonly digest: string;
}

interface Sums {
  readonly counted: number;
  readonly digest: string | null;
}

/** The order of rows does not matter to a sum, and each row's part of it is 64 bits of a hash. */
const sumOf = (id: string): string => `sum(hashtextextended(${id}::text, 0)::numeric)::text AS digest`;

/** What would be hit, counted in the database: a million grants are one row here. */
export async function blastRadius(db: EntityManager, selection: Selection): Promise<BlastRadius> {
  const { grants, sessions, tokens, apiKeys } = selection;
  const [grantSums] = await db.query<(Sums & { clients: number })[]>(
    `SELECT count(*)::int AS counted, count(DISTINCT g.client_id)::int AS clients, ${sumOf('g.id')}
     FROM grants g WHERE g.activated_at IS NOT NULL AND ${grants.where}`,
    [...grants.values],
  );
  const [sessionSums] = await db.query<Sums[]>(
    `SELECT count(*)::int AS counted, ${sumOf('s.id')} FROM sessions s WHERE ${sessions.where}`,
    [...sessions.values],
  );
  const [own] = await db.query<Omit<Sums & { clients: number }, 'digest'>[]>(
    `SELECT count(*)::int AS counted, count(DISTINCT t.client_id)::int AS clients
     FROM access_tokens t WHERE ${tokens.where}`,
    [...tokens.values],
  );
  const [keySums] = await db.query<Sums[]>(
    `SELECT count(*)::int AS counted, ${sumOf('k.id')} FROM api_keys k WHERE ${apiKeys.where}`,
    [...apiKeys.values],
  );
  const ofKeys = keySums!.counted === 0 ? [] : [keySums!.counted, keySums!.digest];
  const counts = {
    people: await people(db, selection),
    clients: grantSums!.clients + keySums!.counted === 0 ? own!.clients : await clients(db, selection),
    grants: grantSums!.counted,
    sessions: sessionSums!.counted,
    access_tokens: own!.counted + (await tokensOfGrants(db, selection)),
    api_keys: keySums!.counted,
  };
  const hit = [grantSums!.counted, grantSums!.digest, sessionSums!.counted, sessionSums!.digest, ...ofKeys];
  const digest = createHash('sha256').update(JSON.stringify(hit)).digest('base64url');
  return { counts, samples: await samples(db, selection), digest };
}

async function people(db: EntityManager, { grants, sessions, apiKeys }: Selection): Promise<number> {
  const before = grants.values.length + sessions.values.length;
  const [row] = await db.query<{ counted: number }[]>(
    `SELECT count(*)::int AS counted FROM (
       SELECT g.user_id FROM grants g WHERE g.activated_at IS NOT NULL AND ${grants.where}
       UNION SELECT s.user_id FROM sessions s WHERE ${shifted(sessions.where, grants.values.length)}
       UNION SELECT k.user_id FROM api_keys k WHERE k.user_id IS NOT NULL AND ${shifted(apiKeys.where, before)}) AS hit`,
    [...grants.values, ...sessions.values, ...apiKeys.values],
  );
  return row!.counted;
}

async function clients(db: EntityManager, { grants, tokens, apiKeys }: Selection): Promise<number> {
  const before = grants.values.length + tokens.values.length;
  const [row] = await db.query<{ counted: number }[]>(
    `SELECT count(*)::int AS counted FROM (
       SELECT g.client_id FROM grants g WHERE g.activated_at IS NOT NULL AND ${grants.where}
       UNION SELECT t.client_id FROM access_tokens t WHERE ${shifted(tokens.where, grants.values.length)}
       UNION SELECT k.client_id FROM api_keys k WHERE k.client_id IS NOT NULL AND ${shifted(apiKeys.where, before)}) AS hit`,
    [...grants.values, ...tokens.values, ...apiKeys.values],
  );
  return row!.counted;
}

async function tokensOfGrants(db: EntityManager, { grants }: Selection): Promise<number> {
  const [row] = await db.query<{ counted: number }[]>(
    `SELECT count(*)::int AS counted FROM access_tokens a JOIN grants g ON g.id = a.grant_id
     WHERE a.expires_at > now() AND a.revoked_at IS NULL AND ${grants.where}`,
    [...grants.values],
  );
  return row!.counted;
}

async function samples(db: EntityManager, { grants, sessions }: Selection): Promise<BlastSamples> {
  const some = await db.query<
    { id: string; user_id: string; email: string; client_id: string; name: string }[]
  >(
    `SELECT g.id, g.user_id, u.email, g.client_id, c.name FROM grants g
     JOIN users u ON u.id = g.user_id JOIN clients c ON c.id = g.client_id
     WHERE g.activated_at IS NOT NULL AND ${grants.where} ORDER BY g.id DESC LIMIT ${SAMPLES * 5}`,
    [...grants.values],
  );
  const signedIn = await db.query<{ id: string; user_id: string; email: string }[]>(
    `SELECT s.id, s.user_id, u.email FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE ${sessions.where} ORDER BY s.id DESC LIMIT ${SAMPLES}`,
    [...sessions.values],
  );
  const emails = new Map([...some, ...signedIn].map(({ user_id, email }) => [user_id, email]));
  const names = new Map(some.map(({ client_id, name }) => [client_id, name]));
  return {
    people: [...emails].slice(0, SAMPLES).map(([id, email]) => ({ id, email })),
    clients: [...names].slice(0, SAMPLES).map(([id, name]) => ({ id, name })),
    grants: some.slice(0, SAMPLES).map(({ id }) => id),
    sessions: signedIn.map(({ id }) => id),
  };
}

/** The same condition with its values after so many others. */
export const shifted = (where: string, by: number): string =>
  where.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + by}`);
