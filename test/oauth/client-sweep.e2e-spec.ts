import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.js';
import { EventMarks } from '../../src/audit/event-marks.js';
import { OwnEvents } from '../../src/audit/own-events.js';
import { EventSealing } from '../../src/audit/payloads/event-sealing.js';
import { SubjectKeys } from '../../src/audit/payloads/subject-keys.js';
import type { AppConfig } from '../../src/config/index.js';
import { parseEncryptionKeys } from '../../src/config/encryption-keys.js';
import { ClientSweep } from '../../src/oauth/clients/client-sweep.js';
import { Sweeper } from '../../src/oauth/sweeper.js';
import { Sealer } from '../../src/sealing/index.js';
import {
  attemptAuthorize,
  authorize,
  connect,
  exchange,
  refresh,
  submitForm,
  tokensOf,
  type TestClient,
} from '../support/actors.js';
import { formOf } from '../support/html.js';
import { get, post, type CookieJar } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { withClient } from '../support/postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, authorizeQuery, events, refusalOf, ROOMY, signedIn, webClient } from './harness.js';

const DAY = 86_400;

/** The server here sweeps nothing by itself: each test says when. */
describeOnPostgres('The sweep of clients', () => {
  let server: TestServer;
  let jar: CookieJar;
  let database: DataSource;

  beforeAll(async () => {
    server = await startServer({
      config: {
        limits: ROOMY,
        policies: { clients: { sweep_unused_clients: false, device_registration: true } },
      },
    });
    jar = await signedIn(server);
    database = await new DataSource({ type: 'postgres', url: server.databaseUrl! }).initialize();
  });
  afterAll(() => database.destroy());
  beforeEach(() => server.sql('DELETE FROM clients WHERE registration IN ($1, $2)', ['dcr', 'cimd']));

  const clientSweep = (on = true): { sweep: ClientSweep; config: AppConfig } => {
    const config = {
      policies: { clients: { sweep_unused_clients: on } },
      lifetimes: { unusedClient: 2 * DAY, idleClient: 180 * DAY, refreshOverlap: 60 },
      encryptionKeys: parseEncryptionKeys(server.env.ENCRYPTION_KEYS!),
    } as unknown as AppConfig;
    const sealer = new Sealer(config);
    const sealing = new EventSealing(new SubjectKeys(database, sealer));
    const audit = new AuditLog(database, new EventMarks(sealer), sealing, new OwnEvents());
    return { sweep: new ClientSweep(config, audit), config };
  };
  const sweep = async (on = true): Promise<void> => {
    const { sweep: clients, config } = clientSweep(on);
    await new Sweeper(config, database, clients).sweep();
  };

  /** As if everything about the client had happened so many days earlier. */
  const age = ({ clientId }: TestClient, days: number) =>
    server.sql(
      `UPDATE clients SET created_at = created_at - make_interval(days => $2),
         updated_at = updated_at - make_interval(days => $2), last_used_at = last_used_at - make_interval(days => $2)
       WHERE id = $1`,
      [clientId, days],
    );
  const isThere = async ({ clientId }: TestClient): Promise<boolean> =>
    (await server.sql('SELECT 1 FROM clients WHERE id = $1', [clientId])).length === 1;
  const old = async (over: Record<string, unknown> = {}, days = 3): Promise<TestClient> => {
    const client = await webClient(server, over);
    await age(client, days);
    return client;
  };
  const isKept = async (client: TestClient): Promise<boolean> => {
    await sweep();
    return isThere(client);
  };

  it('removes a registration that nobody ever used when its time is over, and tells the trail', async () => {
    const [due, young] = [await old({ client_name: 'Forgotten' }), await old({}, 1)];
    await sweep();
    expect([await isThere(due), await isThere(young)]).toEqual([false, true]);
    const [event] = await events(server, { type: 'client.deleted', client_id: due.clientId });
    expect(event).toMatchObject({
      actor: { type: 'system' },
      targets: [{ type: 'client', id: due.clientId, display: 'Forgotten' }],
      details: { reason: 'never_used' },
    });
    expect((await attemptAuthorize(server, due, { jar })) as object).toMatchObject({
      response: { status: 400 },
    });
    expect(refusalOf(await refresh(server, due, 'x'))).toEqual([401, 'invalid_client']);
  });

  it('removes one that was used when its last grant is over and nobody used it for months', async () => {
    const client = await webClient(server);
    await connect(server, { client, jar });
    await age(client, 181);
    await server.sql(`UPDATE grants SET expires_at = now() - interval '1 day' WHERE client_id = $1`, [
      client.clientId,
    ]);
    expect(await isKept(client)).toBe(false);
    const [event] = await events(server, { type: 'client.deleted', client_id: client.clientId });
    expect(event?.details).toEqual({ reason: 'idle' });
  });

  it('removes nothing where the policy is off', async () => {
    const client = await old();
    await sweep(false);
    expect(await isThere(client)).toBe(true);
  });

  it('removes no client that somebody here made, nor one that was approved or suspended', async () => {
    const made = await asOperator(server, 'POST', '/clients', {
      json: { name: 'Made', redirect_uris: ['https://c.test/cb'], auth_method: 'none' },
    });
    const kept = [{ clientId: made.json<{ id: string }>().id } as TestClient, await old(), await old()];
    await asOperator(server, 'POST', `/clients/${kept[1]!.clientId}/approve`);
    await asOperator(server, 'POST', `/clients/${kept[2]!.clientId}/suspend`);
    for (const client of kept) await age(client, 3);
    await sweep();
    expect(await Promise.all(kept.map(isThere))).toEqual([true, true, true]);
  });

  it('keeps a client that was used lately, with and without a living grant', async () => {
    const client = await webClient(server);
    const { tokens } = await connect(server, { client, jar });
    await age(client, 30);
    expect(await isKept(client)).toBe(true);
    await server.sql('UPDATE grants SET revoked_at = now() WHERE client_id = $1', [client.clientId]);
    expect(await isKept(client)).toBe(true);
    expect(tokens.refresh_token).toEqual(expect.any(String));
  });

  it('keeps a client with a living grant however long nobody used it', async () => {
    const client = await webClient(server);
    const { tokens } = await connect(server, { client, jar });
    await age(client, 400);
    expect(await isKept(client)).toBe(true);
    tokensOf(await refresh(server, client, tokens.refresh_token!));
  });

  it('keeps a client whose code is on its way', async () => {
    const client = await old();
    const { code, verifier } = await authorize(server, client, { jar });
    await server.sql('UPDATE clients SET last_used_at = NULL WHERE id = $1', [client.clientId]);
    expect(await isKept(client)).toBe(true);
    tokensOf(await exchange(server, client, code, verifier));
  });

  it('keeps a client whose request was pushed, until that is over', async () => {
    const client = await old();
    const pushed = await post(`${server.base}/oauth2/par`, {
      form: new URLSearchParams(authorizeQuery(server, client)),
    });
    expect(pushed.status).toBe(201);
    expect(await isKept(client)).toBe(true);
    await server.sql(`UPDATE pushed_requests SET expires_at = now() - interval '1 second'`);
    expect(await isKept(client)).toBe(false);
  });

  it('keeps a client whose device waits for a person, until that is over', async () => {
    const grant_types = ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'];
    const client = await old({ grant_types });
    const asked = await post(`${server.base}/oauth2/device_authorization`, {
      form: { client_id: client.clientId },
    });
    expect(asked.status).toBe(200);
    expect(await isKept(client)).toBe(true);
    await server.sql(`UPDATE device_codes SET expires_at = now() - interval '1 second'`);
    expect(await isKept(client)).toBe(false);
  });

  it('keeps a client that an admin allowed people beforehand', async () => {
    const client = await old();
    const given = await asOperator(server, 'POST', '/pre-consents', {
      json: { client_id: client.clientId, audience: 'everyone', scopes: ['mcp:tools:read'] },
    });
    expect([given.status, given.text]).toEqual([201, given.text]);
    expect(await isKept(client)).toBe(true);
    await asOperator(server, 'DELETE', `/pre-consents/${given.json<{ id: string }>().id}`);
    expect(await isKept(client)).toBe(false);
  });

  it.each<[string, (client: TestClient, token: string) => Promise<unknown>]>([
    ['an authorization', (client) => authorize(server, client, { jar })],
    ['a refresh', async (client, token) => tokensOf(await refresh(server, client, token))],
  ])('begins the time anew with %s', async (_what, use) => {
    const client = await webClient(server);
    const { tokens } = await connect(server, { client, jar });
    await age(client, 179);
    await use(client, tokens.refresh_token!);
    await age(client, 179);
    await server.sql('UPDATE grants SET revoked_at = now() WHERE client_id = $1', [client.clientId]);
    expect(await isKept(client)).toBe(true);
    await age(client, 2);
    expect(await isKept(client)).toBe(false);
  });

  it('forgets a secret whose overlap is over', async () => {
    const client = await webClient(server, { token_endpoint_auth_method: 'client_secret_basic' });
    await asOperator(server, 'POST', `/clients/${client.clientId}/secret`, { json: { overlap: '1h' } });
    const previous = async () =>
      (
        await server.sql('SELECT previous_secret_digest AS d FROM clients WHERE id = $1', [client.clientId])
      )[0]!['d'];
    await sweep();
    expect(await previous()).not.toBeNull();
    await server.sql(`UPDATE clients SET previous_secret_until = now() - interval '1 second'`);
    await sweep();
    expect(await previous()).toBeNull();
  });

  it('goes on with everything else when one part of it fails, and each that fails is logged', async () => {
    const client = await old();
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await server.sql(`INSERT INTO revocations (seq, kind, key, until, actor_type, created_at)
      VALUES (nextval('revocations_seq'), 'jti', 'long-ago', now() - interval '1 day', 'system', now())`);
    for (const table of ['authorization_codes', 'used_proofs'])
      await server.sql(`ALTER TABLE ${table} RENAME TO ${table}_away`);
    try {
      await sweep();
      expect(log.mock.calls.map(([fact]) => (fact as { sweep: string }).sweep)).toEqual([
        'authorization_codes',
        'used_proofs',
      ]);
    } finally {
      log.mockRestore();
      for (const table of ['authorization_codes', 'used_proofs'])
        await server.sql(`ALTER TABLE ${table}_away RENAME TO ${table}`);
    }
    expect(await server.sql(`SELECT 1 FROM revocations WHERE key = 'long-ago'`)).toEqual([]);
    expect(await isThere(client)).toBe(false);
  });

  it('passes by a client that is being taken up', async () => {
    const client = await old();
    await withClient(server.databaseUrl!, async (user) => {
      await user.query('BEGIN');
      await user.query('UPDATE clients SET last_used_at = now() WHERE id = $1', [client.clientId]);
      expect(await isKept(client)).toBe(true);
      await user.query('COMMIT');
    });
    expect(await isKept(client)).toBe(true);
  });

  it('that comes a moment before a person says yes leaves them without a code, not with an error of the server', async () => {
    const client = await old();
    const page = await get(`${server.base}/oauth2/authorize?${authorizeQuery(server, client)}`, {
      cookies: jar,
    });
    const consent = await get(page.location!, { cookies: jar });
    const { answer } = await database.transaction(async (tx) => {
      await clientSweep().sweep.run(tx);
      const pending = submitForm(server, consent, formOf(consent.text, '/consent'), {
        cookies: jar,
        values: { decision: 'approve' },
      });
      await someoneWaits(server);
      return { answer: pending };
    });
    const { status, location } = await answer;
    expect([status, location?.searchParams.get('error')]).toEqual([303, 'login_required']);
    expect(await isThere(client)).toBe(false);
  });

  it('and people who take up clients at the same time: whoever got a code gets tokens', async () => {
    let over = false;
    const clients = await Promise.all(Array.from({ length: 12 }, () => old()));
    const unused = await Promise.all(Array.from({ length: 5 }, () => old()));
    const sweeping = (async () => {
      while (!over) await sweep();
    })();
    const outcomes = await Promise.all(
      clients.map(async (client) => ({ client, outcome: await attemptAuthorize(server, client, { jar }) })),
    );
    over = true;
    await sweeping;
    for (const { client, outcome } of outcomes) {
      const got = 'code' in outcome;
      expect(await isThere(client)).toBe(got);
      if (got) tokensOf(await exchange(server, client, outcome.code, outcome.verifier));
      else expect([303, 400]).toContain(outcome.response.status);
    }
    expect(await Promise.all(unused.map(isThere))).toEqual(unused.map(() => false));
  });
});

/** Resolves when a connection waits for a lock that another one holds. */
async function someoneWaits(server: TestServer): Promise<void> {
  const waiting = () =>
    server.sql(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
  while ((await waiting()).length === 0) await sleep(20);
}
