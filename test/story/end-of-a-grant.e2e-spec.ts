import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { adminCall, adminToken, callTool, connect, submitForm } from '../support/actors.js';
import { formOf } from '../support/html.js';
import { CookieJar, get } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { startServer, type TestServer } from '../support/server.js';
import { sleep } from '../support/server-process.js';
import { APPS, type App } from './apps.js';
import { Keychain } from './keychain.js';
import { Person } from './person.js';
import { linesOf, Wire } from './wire.js';

interface Grant {
  id: string;
  active: boolean;
  user_id: string;
  client_id: string;
  session_id: string;
  scopes: string[];
}

interface AuditEvent {
  event_id: string;
  type: string;
  outcome: { result: string; reason_code?: string };
  actor: { type: string; id: string };
  tool?: { name: string; phase: string; decision_id?: string };
  grant_id?: string;
  request?: { correlation_id: string };
}

/** A connection of an official client, as far as everybody involved knows it. */
interface Connected {
  app: App;
  wire: Wire;
  keychain: Keychain;
  person: Person;
  grant: Grant;
}

/** Goes all the way up to the last click, which it answers. */
type Prepare = (connected: Connected) => Promise<() => Promise<void>>;

let server: TestServer;
let token: string;
beforeAll(async () => {
  // The library says on the console what is expected here: that its refresh was refused.
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  server = await startServer();
  token = await adminToken(server);
});

async function admin<T>(method: string, path: string, json?: object): Promise<T> {
  const response = await adminCall(server, method, path, { token, ...(json && { json }) });
  expect(response.status).toBe(200);
  return response.json<T>();
}

async function connected(): Promise<Connected> {
  const [wire, keychain, person] = [new Wire(), new Keychain(), new Person(server)];
  const app = APPS['@modelcontextprotocol/client 2.x in auto mode']!(`${server.url}/mcp`, keychain, wire);
  await expect(app.connect()).rejects.toThrow('Unauthorized');
  await app.finish((await person.visit(keychain.takeAsked())).callback);
  await app.connect();
  const client = String(keychain.information?.client_id);
  const { items } = await admin<{ items: Grant[] }>('GET', `/grants?client_id=${client}`);
  expect(items).toHaveLength(1);
  return { app, wire, keychain, person, grant: items[0]! };
}

const eventsOf = async (filter: string): Promise<AuditEvent[]> =>
  (await admin<{ items: AuditEvent[] }>('GET', `/audit/events?sort=time&limit=200&${filter}`)).items;

async function eventually(grant: Grant, matches: (event: AuditEvent) => boolean): Promise<void> {
  for (const until = Date.now() + 5_000; Date.now() < until; await sleep(25)) {
    if ((await eventsOf(`grant_id=${grant.id}`)).some(matches)) return;
  }
  throw new Error('The audit trail does not tell it within 5 s');
}

const waiting = ({ tool }: AuditEvent, phase: string): boolean =>
  tool?.name === 'diagnostics_wait' && tool.phase === phase;

/** Ends the grant while a call is running, and tells how long it took until nothing worked any more. */
async function endWhileRunning(
  connection: Connected,
  prepare: Prepare,
): Promise<{ abortedMs: number; refusedMs: number }> {
  const { app, wire, keychain, grant } = connection;
  const running = app.call('diagnostics_wait', { seconds: 30 }).then(
    () => undefined,
    () => performance.now(),
  );
  await eventually(grant, (event) => waiting(event, 'decision'));
  wire.take();

  const end = await prepare(connection);
  const startedAt = performance.now();
  await end();
  const endedAt = performance.now();
  const abortedAt = await running;
  if (abortedAt === undefined) throw new Error('The running call was answered');
  await eventually(grant, (event) => waiting(event, 'outcome'));
  wire.take();

  const before = keychain.saved;
  const refusedFrom = performance.now();
  await expect(app.call('whoami')).rejects.toThrow();
  const [refused, refreshed] = wire.exchanges;
  expect(linesOf(wire.take())).toEqual(['POST /mcp 401', 'POST /oauth2/token 400']);
  expect(refused?.challenge).toContain('error="invalid_token"');
  expect(refreshed?.sent).toMatchObject({
    grant_type: 'refresh_token',
    refresh_token: before?.refresh_token,
  });
  expect(refreshed?.answer).toMatchObject({ error: 'invalid_grant' });
  const asked = keychain.takeAsked();
  expect(asked.pathname).toBe('/oauth2/authorize');
  await app.close();
  return {
    abortedMs: abortedAt - startedAt,
    refusedMs: endedAt - startedAt + (refused?.at ?? Infinity) - refusedFrom,
  };
}

describe('A grant is ended by an admin, who finds it by REST', () => {
  let connection: Connected;
  let receipt: Record<string, unknown> | undefined;
  let took: { abortedMs: number; refusedMs: number };

  beforeAll(async () => {
    connection = await connected();
    await connection.app.tools();
    await connection.app.call('whoami');
    await callTool(server, connection.keychain.saved?.access_token, 'notes_add', { title: 'no', body: '' });
    took = await endWhileRunning(connection, async ({ grant }) => {
      const [person] = (await admin<{ items: { id: string }[] }>('GET', '/users?q=admin@example.com')).items;
      const { items } = await admin<{ items: Grant[] }>('GET', `/grants?user_id=${person?.id}&active=true`);
      expect(items.map(({ id }) => id)).toContain(grant.id);
      return async () => {
        receipt = await admin('DELETE', `/grants/${grant.id}`, { reason: 'laptop lost' });
      };
    });
    process.stdout.write(
      `A call in flight ended ${Math.round(took.abortedMs)} ms after an admin began to end its grant; the next was refused after ${Math.round(took.refusedMs)} ms\n`,
    );
  });

  it('and the answer is the receipt: what was ended, and that every replica has it', () => {
    expect(receipt).toEqual({
      ended: true,
      grants: 1,
      sessions: 0,
      receipt: {
        seq: expect.any(Number),
        replicas: 1,
        acknowledged: 1,
        missing: [],
        propagation_ms: expect.any(Number),
      },
    });
  });

  it('and a call in flight is aborted, and the next one refused, within a second', () => {
    expect(took.abortedMs).toBeLessThan(1_000);
    expect(took.refusedMs).toBeLessThan(1_000);
  });

  it('and the grant says so', async () => {
    expect(await admin('GET', `/grants/${connection.grant.id}`)).toMatchObject({
      active: false,
      revoked_reason: 'laptop lost',
    });
  });

  it('and the audit trail tells the whole story in its order', async () => {
    const { grant } = connection;
    const found = await Promise.all(
      [`client_id=${grant.client_id}`, `session_id=${grant.session_id}`].map(eventsOf),
    );
    const byId = new Map(found.flat().map((event) => [event.event_id, event]));
    const story = [...byId.values()].sort((a, b) => (a.event_id < b.event_id ? -1 : 1));
    expect(story.map(told)).toEqual([
      'client.registered allowed',
      'auth.login.succeeded allowed',
      'auth.session.created allowed',
      'consent.granted allowed',
      'grant.opened allowed',
      'token.issued allowed',
      'mcp.tools.listed allowed',
      'mcp.tool.called allowed: whoami decision',
      'mcp.tool.called allowed: whoami outcome',
      'mcp.tool.called denied insufficient_scope: notes_add decision',
      'mcp.tool.called allowed: diagnostics_wait decision',
      'revocation.applied allowed',
      'mcp.tool.called aborted aborted_by_revocation: diagnostics_wait outcome',
      'http.request.handled denied revoked',
      'token.request.rejected denied grant_ended',
    ]);
    for (const event of story.filter(({ tool }) => tool?.phase === 'outcome'))
      expect(byId.get(event.tool?.decision_id ?? '')?.tool?.name).toBe(event.tool?.name);
  });

  it('and the trail of the grant alone tells it from its beginning to the refusals after its end', async () => {
    const { grant } = connection;
    const story = await eventsOf(`grant_id=${grant.id}`);
    expect(story.map(told).slice(0, 3)).toEqual([
      'consent.granted allowed',
      'grant.opened allowed',
      'token.issued allowed',
    ]);
    expect(story.map(told).slice(-4)).toEqual([
      'revocation.applied allowed',
      'mcp.tool.called aborted aborted_by_revocation: diagnostics_wait outcome',
      'http.request.handled denied revoked',
      'token.request.rejected denied grant_ended',
    ]);
    const [revoked] = story.filter(({ type }) => type === 'revocation.applied');
    expect(revoked).toMatchObject({
      actor: { type: 'client', id: 'ops' },
      user_id: grant.user_id,
      client_id: grant.client_id,
      details: { reason: 'laptop lost' },
    });
    const [decision] = story.filter((event) => waiting(event, 'decision'));
    const together = await eventsOf(`correlation_id=${decision?.request?.correlation_id}`);
    expect(together.map(told)).toEqual([
      'mcp.tool.called allowed: diagnostics_wait decision',
      'mcp.tool.called aborted aborted_by_revocation: diagnostics_wait outcome',
    ]);
  });
});

describe('A grant is ended by its person on the account page', () => {
  it('and the same happens: a call in flight is aborted, nothing works any more, and the trail says who did it', async () => {
    const connection = await connected();
    const { person, grant } = connection;
    let after: URL | undefined;
    const took = await endWhileRunning(connection, async () => {
      const page = await get(`${server.url}/account`, { cookies: person.jar });
      expect(page.text).toContain('Story client');
      const form = formOf(page.text, '/account/apps/end');
      return async () => {
        const ended = await submitForm(server, page, form, { cookies: person.jar });
        expect(ended.status).toBe(303);
        after = ended.location;
      };
    });
    expect((await get(after!, { cookies: person.jar })).text).toContain('no longer has access');
    expect(took.abortedMs).toBeLessThan(1_000);
    expect(took.refusedMs).toBeLessThan(1_000);
    const story = await eventsOf(`grant_id=${grant.id}`);
    expect(story.map(told)).toEqual(
      expect.arrayContaining(['revocation.applied allowed', 'http.request.handled denied revoked']),
    );
    expect(story.find(({ type }) => type === 'revocation.applied')?.actor).toMatchObject({
      type: 'user',
      id: grant.user_id,
    });
    process.stdout.write(
      `A call in flight ended ${Math.round(took.abortedMs)} ms after a person began to end its grant; the next was refused after ${Math.round(took.refusedMs)} ms\n`,
    );
  });
});

describeOnPostgres('A grant that is ended at one replica', () => {
  const ROUNDS = 20;

  it('is refused at the other at once, and never later than after two seconds', async () => {
    const one = await startServer();
    const other = await startServer({ database: one.databaseUrl!, env: { PUBLIC_URL: one.url } });
    const [operator, jar] = [await adminToken(one), new CookieJar()];
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { client, tokens } = await connect(one, { jar, scope: 'mcp:tools:read' });
      const status = async () => (await callTool(other, tokens.access_token, 'whoami')).status;
      expect(await status()).toBe(200);
      const { items } = (
        await adminCall(one, 'GET', `/grants?client_id=${client.clientId}`, { token: operator })
      ).json<{ items: Grant[] }>();
      const startedAt = performance.now();
      const refused = refusedAfter(status, startedAt);
      const ended = await adminCall(one, 'DELETE', `/grants/${items[0]?.id}`, { token: operator });
      expect(ended.json()).toMatchObject({ receipt: { replicas: 2, acknowledged: 2, missing: [] } });
      // Both acknowledged, so from the answer on nothing is let through.
      expect(await status()).toBe(401);
      times.push(await refused);
    }
    times.sort((a, b) => a - b);
    const at = (share: number) => Math.round(times[Math.ceil(share * ROUNDS) - 1] ?? 0);
    process.stdout.write(
      `Ended at one replica, refused at the other, ${ROUNDS} times: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms\n`,
    );
    expect(times.at(-1)).toBeLessThan(2_000);
  });
});

/** Asks again and again until the answer is 401. */
async function refusedAfter(status: () => Promise<number>, startedAt: number): Promise<number> {
  for (;;) {
    if ((await status()) === 401) return performance.now() - startedAt;
    if (performance.now() - startedAt > 5_000) throw new Error('Still let through after 5 s');
    await sleep(5);
  }
}

/** An event in one line. */
function told({ type, outcome, tool }: AuditEvent): string {
  const result = [type, outcome.result, outcome.reason_code].filter(Boolean).join(' ');
  return tool ? `${result}: ${tool.name} ${tool.phase}` : result;
}
