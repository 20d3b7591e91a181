import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose';
import {
  attemptAuthorize,
  refresh,
  registerClient,
  submitForm,
  type Connection,
  type TestClient,
} from '../support/actors.js';
import { formOf } from '../support/html.js';
import { CookieJar, get, post } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, claimsOf, connectIn, events, mcpStatus, ROOMY, signedIn } from './harness.js';
import { SecondPeople } from './second-person.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

interface Notice {
  path: string;
  method: string;
  headers: IncomingMessage['headers'];
  form: URLSearchParams;
  token: string;
  sid: string;
  sub: string;
  at: number;
}

/** The back channel of the apps of a test: each has a path of its own. */
class Apps {
  readonly notices: Notice[] = [];
  /** What a path answers instead of 200; `undefined` leaves the caller waiting. */
  answer = new Map<string, (res: ServerResponse, notice: Notice) => void>();
  private readonly server: Server = createServer((req, res) => void this.take(req, res));
  private count = 0;

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  nextUri(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/app-${this.count++}`;
  }

  of(uri: string): Notice[] {
    return this.notices.filter(({ path }) => path === new URL(uri).pathname);
  }

  /** Waits until an app was told so often, and then a while for what should not come. */
  async told(uri: string, times: number, within = 6_000): Promise<Notice[]> {
    for (const until = Date.now() + within; this.of(uri).length < times && Date.now() < until;)
      await sleep(50);
    return this.of(uri);
  }

  private async take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(req));
    const token = form.get('logout_token') ?? '';
    const { sid = '', sub = '' } = token ? decodeJwt<{ sid: string }>(token) : {};
    const { url: path = '', method = '', headers } = req;
    const notice = { path, method, headers, form, token, sid, sub, at: Date.now() };
    this.notices.push(notice);
    const answer = this.answer.get(path);
    if (answer) answer(res, notice);
    else res.writeHead(200).end();
  }
}

const apps = new Apps();
const people = new SecondPeople();
let server: TestServer;
let config: object;

beforeAll(async () => {
  await apps.start();
  const identityProviders = await people.start();
  config = { limits: ROOMY, identityProviders, policies: { outboundLoopback: true } };
  server = await startServer({ config });
});
afterAll(async () => {
  apps.stop();
  await people.stop();
});

interface App extends TestClient {
  uri: string;
}

async function newApp(at = server): Promise<App> {
  const uri = apps.nextUri();
  const client = await registerClient(at, {
    redirect_uris: ['https://app.example/cb'],
    backchannel_logout_uri: uri,
    backchannel_logout_session_required: true,
  });
  return { ...client, uri };
}

/** Signs the person of a browser in at an app; answers the session the app knows. */
async function enter(
  app: App,
  jar: CookieJar,
  at = server,
  scope = 'openid',
): Promise<Connection & { sid: string }> {
  const resource = scope.includes('mcp:') ? {} : { resource: null };
  const connection = await connectIn(at, jar, { client: app, scope, ...resource });
  return { ...connection, sid: String(claimsOf(connection.tokens.id_token!)['sid']) };
}

async function signOut(jar: CookieJar, at = server): Promise<void> {
  const page = await get(`${at.base}/oauth2/logout`, { cookies: jar });
  const answer = await submitForm(at, page, formOf(page.text, '/logout'), { cookies: jar });
  expect(answer.status).toBe(200);
}

async function signInAgain(jar: CookieJar, app: App): Promise<void> {
  const outcome = await attemptAuthorize(server, app, {
    jar,
    scope: 'openid',
    resource: null,
    extra: { prompt: 'login' },
  });
  expect('code' in outcome && outcome.pages).toContain('/login');
}

const told = (client: TestClient, at = server) =>
  events(at, { type: 'auth.logout.notified', client_id: client.clientId });

async function toldEventually(client: TestClient, at = server) {
  for (const until = Date.now() + 3_000; Date.now() < until; await sleep(50)) {
    const found = await told(client, at);
    if (found.length > 0) return found;
  }
  return [];
}

describe('a logout token', () => {
  it('says that this session of this person is over, to this app, for two minutes', async () => {
    const jar = await signedIn(server);
    const app = await newApp();
    const { sid, tokens } = await enter(app, jar);
    const { sub } = claimsOf(tokens.id_token!);
    await signOut(jar);
    const [notice] = await apps.told(app.uri, 1);
    expect(notice).toMatchObject({ method: 'POST' });
    expect(notice!.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect([...notice!.form.keys()]).toEqual(['logout_token']);

    const keys = (await get(`${server.base}/oauth2/jwks`)).json<JSONWebKeySet>();
    const { payload, protectedHeader } = await jwtVerify(notice!.token, createLocalJWKSet(keys), {
      issuer: server.url,
      audience: app.clientId,
      typ: 'logout+jwt',
    });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toEqual({
      iss: server.url,
      aud: app.clientId,
      sub,
      sid,
      iat: expect.any(Number),
      exp: payload.iat! + 120,
      jti: expect.any(String),
      events: { [EVENT]: {} },
    });
    const [event] = await toldEventually(app);
    expect(event).toMatchObject({ outcome: { result: 'allowed' }, user_id: sub, details: { attempts: 1 } });
    expect(JSON.stringify(event)).not.toContain(notice!.token.split('.')[2]);
  });

  it('is good for nothing here', async () => {
    const jar = await signedIn(server);
    const app = await newApp();
    await enter(app, jar);
    await signOut(jar);
    const [{ token } = { token: '' }] = await apps.told(app.uri, 1);
    expect(token).not.toBe('');
    const other = await signedIn(server);
    await enter(app, other);
    expect(await mcpStatus(server, token)).toBe(401);
    const userinfo = await get(`${server.base}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(userinfo.status).toBe(401);
    const hint = new URLSearchParams({ id_token_hint: token }).toString();
    expect((await get(`${server.base}/oauth2/logout?${hint}`, { cookies: other })).status).toBe(200);
    expect((await get(`${server.base}/account`, { cookies: other })).status).toBe(200);
  });
});

describe('an app is told', () => {
  const sendForm = async (jar: CookieJar, path: string, holds = ''): Promise<void> => {
    const page = await get(`${server.base}/account`, { cookies: jar });
    const form = formOf(
      page.text,
      ({ action, hidden }) => action.endsWith(path) && (!holds || Object.values(hidden).includes(holds)),
    );
    expect((await submitForm(server, page, form, { cookies: jar })).status).toBeLessThan(400);
  };

  it.each<[string, (jar: CookieJar, one: { sid: string; hint: string; sub: string }) => Promise<unknown>]>([
    ['the person signs out', (jar) => signOut(jar)],
    [
      'an app signs them out',
      (jar, { hint }) => get(`${server.base}/oauth2/logout?id_token_hint=${hint}`, { cookies: jar }),
    ],
    [
      'they sign out another browser',
      async (_jar, { sid }) => sendForm(await people.signIn(server, 'dana'), '/sessions/end', sid),
    ],
    ['they end everything', (jar) => sendForm(jar, '/end-all')],
    ['an operator ends the session', (_jar, { sid }) => asOperator(server, 'DELETE', `/sessions/${sid}`)],
    ['somebody else signs in there', (jar) => people.signIn(server, 'erin', jar)],
    [
      'an operator disables them',
      async (_jar, { sub }) => {
        await asOperator(server, 'POST', `/users/${sub}/disable`, { json: {} });
        await asOperator(server, 'POST', `/users/${sub}/enable`, { json: {} });
      },
    ],
  ])('when %s', async (_what, end) => {
    const jar = await people.signIn(server, 'dana');
    const app = await newApp();
    const { sid, tokens } = await enter(app, jar);
    const sub = String(claimsOf(tokens.id_token!)['sub']);
    await end(jar, { sid, sub, hint: tokens.id_token! });
    const notices = await apps.told(app.uri, 1);
    expect(notices.map((notice) => [notice.sid, notice.sub])).toEqual([[sid, sub]]);
  });

  it('once, however often it was let in; others and other browsers are not', async () => {
    const jar = await signedIn(server);
    const [app, elsewhere] = [await newApp(), await newApp()];
    const { sid } = await enter(app, jar);
    await enter(app, jar);
    const agent = await enter(app, jar, server, 'openid mcp:tools:read');
    await enter(elsewhere, await signedIn(server));
    await signOut(jar);
    const notices = await apps.told(app.uri, 1);
    await sleep(2_500);
    expect(apps.of(app.uri)).toHaveLength(notices.length);
    expect(notices.map((notice) => notice.sid)).toEqual([sid]);
    expect(apps.of(elsewhere.uri)).toEqual([]);
    // The news is that the person is gone; what works without them goes on.
    expect(await mcpStatus(server, agent.tokens.access_token)).toBe(200);
    expect((await refresh(server, app, agent.tokens.refresh_token!)).status).toBe(200);
  });

  it('of a session from before the person signed in again, when that browser is signed out', async () => {
    const jar = await signedIn(server);
    const [early, late] = [await newApp(), await newApp()];
    const first = await enter(early, jar);
    await signInAgain(jar, early);
    const second = await enter(late, jar);
    expect(second.sid).not.toBe(first.sid);
    await sleep(2_500);
    expect([...apps.of(early.uri), ...apps.of(late.uri)]).toEqual([]);
    await signOut(jar);
    expect((await apps.told(early.uri, 1)).map(({ sid }) => sid)).toEqual([first.sid]);
    expect((await apps.told(late.uri, 1)).map(({ sid }) => sid)).toEqual([second.sid]);
  });

  it('nothing about a single grant that is ended', async () => {
    const jar = await signedIn(server);
    const app = await newApp();
    const { tokens } = await enter(app, jar);
    const gid = String(claimsOf(tokens.access_token)['gid']);
    expect((await asOperator(server, 'DELETE', `/grants/${gid}`)).status).toBe(200);
    await sleep(2_500);
    expect(apps.of(app.uri)).toEqual([]);
    await signOut(jar);
    expect(await apps.told(app.uri, 1)).toHaveLength(1);
  });
});

describe('an app that does not listen', () => {
  it('is told again, with a token of its own each time', async () => {
    const jar = await signedIn(server);
    const app = await newApp();
    const { sid } = await enter(app, jar);
    const path = new URL(app.uri).pathname;
    apps.answer.set(path, (res) => {
      apps.answer.delete(path);
      res.writeHead(503).end('not now');
    });
    await signOut(jar);
    const [first, second] = await apps.told(app.uri, 2, 20_000);
    expect([first?.sid, second?.sid]).toEqual([sid, sid]);
    expect(decodeJwt(second!.token).jti).not.toBe(decodeJwt(first!.token).jti);
    expect(second!.at - first!.at).toBeGreaterThan(6_000);
    const reported = await toldEventually(app);
    expect(reported).toHaveLength(1);
    expect(reported[0]).toMatchObject({ outcome: { result: 'allowed' }, details: { attempts: 2 } });
  });

  it('does not keep the others from being told, nor the person from leaving', async () => {
    const jar = await signedIn(server);
    const [deaf, lost, app] = [await newApp(), await newApp(), await newApp()];
    apps.answer.set(new URL(deaf.uri).pathname, () => undefined);
    apps.answer.set(new URL(lost.uri).pathname, (res) =>
      res.writeHead(302, { location: `${app.uri}-redirected` }).end(),
    );
    for (const one of [deaf, lost, app]) await enter(one, jar);
    const before = performance.now();
    await signOut(jar);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(await apps.told(app.uri, 1, 3_000)).toHaveLength(1);
    expect(await apps.told(lost.uri, 1)).toHaveLength(1);
    expect(apps.of(`${app.uri}-redirected`)).toEqual([]);
    expect(await told(lost)).toEqual([]);
  });
});

describeOnPostgres('notices that are owed', () => {
  const owed = (client: TestClient, at = server) =>
    at.sql<{ attempts: number }>('SELECT attempts FROM logout_deliveries WHERE client_id = $1', [
      client.clientId,
    ]);

  it('are given up after the fifth attempt, and that is recorded', async () => {
    const jar = await signedIn(server);
    const app = await newApp();
    apps.answer.set(new URL(app.uri).pathname, (res) => res.writeHead(400).end());
    await enter(app, jar);
    await signOut(jar);
    for (let attempt = 1; attempt <= 5; attempt++) {
      await apps.told(app.uri, attempt);
      if (attempt < 5) expect(await told(app)).toEqual([]);
      await server.sql('UPDATE logout_deliveries SET next_attempt_at = now() WHERE client_id = $1', [
        app.clientId,
      ]);
    }
    expect(await toldEventually(app)).toMatchObject([
      { outcome: { result: 'error', reason_code: 'http_400' }, details: { attempts: 5 } },
    ]);
    expect(await owed(app)).toEqual([]);
    await sleep(1_500);
    expect(apps.of(app.uri)).toHaveLength(5);
  });

  it('wait longer each time', async () => {
    const jar = await signedIn(server);
    const app = await newApp();
    apps.answer.set(new URL(app.uri).pathname, (res) => res.writeHead(500).end());
    await enter(app, jar);
    await signOut(jar);
    const waits: number[] = [];
    for (let attempt = 1; attempt < 5; attempt++) {
      await apps.told(app.uri, attempt);
      const [row] = await server.sql<{ wait: number }>(
        `SELECT extract(epoch FROM next_attempt_at - now())::float8 AS wait FROM logout_deliveries WHERE client_id = $1`,
        [app.clientId],
      );
      waits.push(row!.wait);
      await server.sql('UPDATE logout_deliveries SET next_attempt_at = now() WHERE client_id = $1', [
        app.clientId,
      ]);
    }
    const total = waits.reduce((sum, wait) => sum + wait, 0);
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
    expect(total).toBeGreaterThan(120);
    expect(total).toBeLessThan(900);
  });

  it('survive the death of the server in the middle', async () => {
    const mortal = await startServer({ config });
    const jar = await signedIn(mortal);
    const app = await newApp(mortal);
    const { sid } = await enter(app, jar, mortal);
    const path = new URL(app.uri).pathname;
    const asked = new Promise<void>((reached) => apps.answer.set(path, () => reached()));
    await signOut(jar, mortal);
    await asked;
    await mortal.kill();
    expect(await owed(app, mortal)).toEqual([{ attempts: 1 }]);
    apps.answer.delete(path);
    await mortal.restart();
    const notices = await apps.told(app.uri, 2, 20_000);
    expect(notices.map((notice) => notice.sid)).toEqual([sid, sid]);
    expect(await toldEventually(app, mortal)).toMatchObject([{ details: { attempts: 2 } }]);
    expect(await owed(app, mortal)).toEqual([]);
  });

  it('are settled by one replica each, once', async () => {
    const other = await startServer({
      database: server.databaseUrl!,
      env: { PUBLIC_URL: server.url },
      config,
    });
    const app = await newApp();
    const jars = await Promise.all(Array.from({ length: 30 }, () => signedIn(server)));
    const sids: string[] = [];
    for (const jar of jars) sids.push((await enter(app, jar)).sid);
    await Promise.all(jars.map((jar, index) => signOut(jar, index % 2 ? server : other)));
    await apps.told(app.uri, 30, 15_000);
    await sleep(2_500);
    expect(
      apps
        .of(app.uri)
        .map(({ sid }) => sid)
        .sort(),
    ).toEqual(sids.sort());
    expect(await told(app)).toHaveLength(30);
    await other.stop();
  });

  it('are not written when the sign-out is not', async () => {
    const jar = await signedIn(server);
    const app = await newApp();
    await enter(app, jar);
    await server.sql(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'no'; END $$`);
    await server.sql('CREATE TRIGGER refuse BEFORE INSERT ON logout_deliveries EXECUTE FUNCTION refuse()');
    const page = await get(`${server.base}/oauth2/logout`, { cookies: jar });
    const form = formOf(page.text, '/logout');
    const failed = await submitForm(server, page, form, { cookies: jar });
    await server.sql('DROP TRIGGER refuse ON logout_deliveries');
    expect(failed.status).toBe(500);
    expect((await get(`${server.base}/account`, { cookies: jar })).status).toBe(200);
    expect(await owed(app)).toEqual([]);
    await signOut(jar);
    expect(await apps.told(app.uri, 1)).toHaveLength(1);
  });

  it('go to no address inside, and to no client that is suspended', async () => {
    const strict = await startServer({ config: { limits: ROOMY } });
    const jar = await signedIn(strict);
    const uri = apps.nextUri();
    const inside = await registerClient(strict, { redirect_uris: ['https://app.example/cb'] });
    const bad = await registerClient(strict, { redirect_uris: ['https://app.example/cb'] });
    await strict.sql('UPDATE clients SET backchannel_logout_uri = $1', [uri]);
    for (const client of [inside, bad]) await enter({ ...client, uri }, jar, strict);
    const path = `/clients/${encodeURIComponent(bad.clientId)}/suspend`;
    expect((await asOperator(strict, 'POST', path, { json: {} })).status).toBe(200);
    await signOut(jar, strict);
    await sleep(1_500);
    expect(await owed(bad, strict)).toEqual([]);
    await strict.sql('UPDATE logout_deliveries SET attempts = 4, next_attempt_at = now()');
    expect(await toldEventually(inside, strict)).toMatchObject([
      { outcome: { result: 'error', reason_code: 'url_not_allowed' } },
    ]);
    expect(apps.of(uri)).toEqual([]);
    expect((await post(uri, { form: {} })).status).toBe(200);
  });
});
