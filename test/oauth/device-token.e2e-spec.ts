import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { callTool, refresh, tokensOf, type TestClient } from '../support/actors.js';
import { CookieJar, get } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  decide,
  deviceClient,
  DEVICE_CODE,
  poll,
  ROOMY_DEVICES,
  start,
  type Started,
} from './device-harness.js';
import {
  asOperator,
  claimsOf,
  events,
  grantsOf,
  INSIDE,
  mcpStatus,
  refusalOf,
  signedIn,
  type AuditEvent,
} from './harness.js';

let server: TestServer;
let client: TestClient;
let jar: CookieJar;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY_DEVICES } });
  [client, jar] = [await deviceClient(server), await signedIn(server)];
});

const INVALID = [400, 'invalid_grant'];
const PENDING = [400, 'authorization_pending'];
const SLOW_DOWN = [400, 'slow_down'];

const ask = async (device: Pick<Started, 'client' | 'device_code'>, at = server) =>
  refusalOf(await poll(at, device));

/** A device of a client of its own that a person let in. */
async function approved(over: Record<string, unknown> = {}, scope = 'mcp:tools:read'): Promise<Started> {
  const own = await deviceClient(server, over);
  const device = await start(server, own, { scope });
  await decide(server, jar, device);
  return device;
}

describe('a device that waits', () => {
  it('is told to go on asking, and gets its tokens after the person said yes', async () => {
    const device = await start(server, client, { scope: 'openid mcp:tools:read mcp:tools:execute' });
    expect(await ask(device)).toEqual(PENDING);
    await decide(server, jar, device);
    const response = await poll(server, device);
    expect(response.headers['cache-control']).toBe('no-store');
    const tokens = tokensOf(response);
    expect(tokens).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'openid mcp:tools:read mcp:tools:execute',
    });
    expect((await callTool(server, tokens.access_token, 'whoami', {})).status).toBe(200);
    const claims = claimsOf(tokens.access_token);
    expect(claims).toMatchObject({ aud: `${server.url}/mcp`, client_id: client.clientId });
    expect(claimsOf(tokens.id_token!)).toMatchObject({
      aud: client.clientId,
      sub: claims['sub'],
      sid: claims['sid'],
    });
    const next = tokensOf(await refresh(server, client, tokens.refresh_token!));
    expect(await mcpStatus(server, next.access_token)).toBe(200);
  });

  it('is told to slow down when it asks too soon, and each time by more', async () => {
    const device = await start(server, client);
    expect(await ask(device)).toEqual(PENDING);
    expect(await ask(device)).toEqual(SLOW_DOWN);
    expect(await ask(device)).toEqual(SLOW_DOWN);
    if (server.databaseUrl) {
      const [row] = await server.sql<{ interval_seconds: number }>(
        'SELECT interval_seconds FROM device_codes WHERE client_id = $1 ORDER BY created_at DESC LIMIT 1',
        [client.clientId],
      );
      expect(row!.interval_seconds).toBe(15);
    }
    await decide(server, jar, device);
    expect((await poll(server, device)).status).toBe(200);
  });

  it('may ask again when the interval is over', async () => {
    const device = await start(server, client);
    expect(await ask(device)).toEqual(PENDING);
    await sleep(5_000);
    expect(await ask(device)).toEqual(PENDING);
  });

  it('leaves no audit event for each time it asks', async () => {
    const own = await deviceClient(server);
    const device = await start(server, own);
    for (let index = 0; index < 3; index++) await ask(device);
    expect(await events(server, { type: 'token.request.rejected', client_id: own.clientId })).toEqual([]);
    await ask({ ...device, device_code: 'gh_dc_guess' });
    expect(await events(server, { type: 'token.request.rejected', client_id: own.clientId })).toHaveLength(1);
  });
});

describe('a device that gets nothing', () => {
  it('is told that the person said no, each time', async () => {
    const device = await start(server, client);
    await decide(server, jar, device, 'deny');
    for (let index = 0; index < 3; index++) expect(await ask(device)).toEqual([400, 'access_denied']);
    const [event] = await events(server, { type: 'token.request.rejected', client_id: client.clientId });
    expect(event!.outcome).toMatchObject({ reason_code: 'denied_by_person' });
  });

  it('is told that its code expired, decided or not', async () => {
    const brief = await startServer({ config: { limits: ROOMY_DEVICES, lifetimes: { deviceCode: '2s' } } });
    const [own, browser] = [await deviceClient(brief), await signedIn(brief)];
    const [left, taken, denied] = [await start(brief, own), await start(brief, own), await start(brief, own)];
    expect(left.expires_in).toBe(2);
    await decide(brief, browser, taken);
    await decide(brief, browser, denied, 'deny');
    await sleep(2_200);
    expect(await ask(left, brief)).toEqual([400, 'expired_token']);
    expect(await ask(taken, brief)).toEqual([400, 'expired_token']);
    expect(await ask(denied, brief)).toEqual([400, 'access_denied']);
    expect(await grantsOf(brief, own)).toEqual([]);
  });

  it('cannot take the code of another client, nor harm it', async () => {
    const other = await deviceClient(server);
    const device = await start(server, client);
    const foreign = { ...device, client: other };
    expect(await ask(foreign)).toEqual(INVALID);
    // It neither polled for the other…
    expect(await ask(device)).toEqual(PENDING);
    await decide(server, jar, device);
    expect(await ask(foreign)).toEqual(INVALID);
    const tokens = tokensOf(await poll(server, device));
    // …nor does it end what was given.
    expect(await ask(foreign)).toEqual(INVALID);
    await sleep(2_500);
    expect(await ask(foreign)).toEqual(INVALID);
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
  });

  it('guesses in vain', async () => {
    const device = await start(server, client);
    for (const device_code of [
      'x',
      'gh_dc_',
      device.device_code.slice(0, -1),
      device.device_code.toLowerCase(),
      device.user_code,
      `${device.device_code} `,
      'g'.repeat(10_000),
    ]) {
      const answer = await poll(server, { client, device_code });
      expect([device_code.slice(0, 60), ...refusalOf(answer)]).toEqual([
        device_code.slice(0, 60),
        ...INVALID,
      ]);
      expect(answer.text).not.toMatch(INSIDE);
    }
    for (const over of [{ device_code: '' }, { device_code: ['a', 'b'] }, { device_code: 'a\0' }])
      expect(refusalOf(await poll(server, device, over))).toEqual([400, 'invalid_request']);
  });

  it('is refused another resource than it asked for', async () => {
    const device = await approved();
    expect(refusalOf(await poll(server, device, { resource: `${server.url}/admin` }))).toEqual(INVALID);
    expect((await poll(server, device, { resource: `${server.url}/mcp/` })).status).toBe(200);
  });

  const endings: Record<string, (opened: AuditEvent) => Promise<unknown>> = {
    grant: ({ grant_id }) => asOperator(server, 'DELETE', `/grants/${grant_id}`),
    session: ({ session_id }) => asOperator(server, 'DELETE', `/sessions/${session_id}`),
    person: ({ user_id }) => asOperator(server, 'POST', `/users/${user_id}/disable`),
  };
  it.each(Object.entries(endings))('when the %s was ended before it came back', async (_what, end) => {
    const device = await approved();
    const [opened] = await events(server, { type: 'grant.opened', client_id: device.client.clientId });
    await end(opened!);
    const answer = await ask(device);
    await asOperator(server, 'POST', `/users/${opened!.user_id}/enable`);
    jar = await signedIn(server);
    expect(answer).toEqual(INVALID);
    expect(await grantsOf(server, device.client)).toEqual([]);
  });

  it('when its client was suspended before it came back', async () => {
    const device = await approved();
    await asOperator(server, 'POST', `/clients/${device.client.clientId}/suspend`);
    expect(await ask(device)).toEqual([401, 'invalid_client']);
  });
});

describe('a device code', () => {
  it('is spent once; when it comes again later, what it gave ends', async () => {
    const device = await approved();
    const tokens = tokensOf(await poll(server, device));
    // A poll that crossed with the first one is only refused.
    expect(await ask(device)).toEqual(INVALID);
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
    await sleep(2_500);
    expect(await ask(device)).toEqual(INVALID);
    expect(await mcpStatus(server, tokens.access_token)).toBe(401);
    expect(refusalOf(await refresh(server, device.client, tokens.refresh_token!))).toEqual(INVALID);
    const [event] = await events(server, { type: 'token.reuse_detected', client_id: device.client.clientId });
    expect(event!.outcome).toMatchObject({ reason_code: 'device_code_replayed' });
  });

  it('gives a grant of its own, known by how it came', async () => {
    const device = await approved();
    expect(await grantsOf(server, device.client)).toEqual([]);
    tokensOf(await poll(server, device));
    expect(await grantsOf(server, device.client)).toMatchObject([
      { active: true, scopes: ['mcp:tools:read'] },
    ]);
    const [opened] = await events(server, { type: 'grant.opened', client_id: device.client.clientId });
    expect(opened!.details).toMatchObject({ grant_type: DEVICE_CODE, consent: 'asked' });
    const [consent] = await events(server, { type: 'consent.granted', client_id: device.client.clientId });
    expect(consent!.grant_id).toBe(opened!.grant_id);
    const [issued] = await events(server, { type: 'token.issued', client_id: device.client.clientId });
    expect(issued).toMatchObject({ grant_id: opened!.grant_id, details: { grant_type: DEVICE_CODE } });
    const page = await get(`${server.base}/account`, { cookies: jar });
    expect(page.text).toContain(device.client.clientId);
  });

  it('of a client with a secret needs the secret', async () => {
    const device = await approved({ auth_method: 'client_secret_basic' });
    const { clientSecret, ...bare } = device.client;
    expect(clientSecret).toEqual(expect.any(String));
    const without = { ...device, client: { ...bare, authMethod: 'none' } };
    expect(await ask(without)).toEqual([401, 'invalid_client']);
    expect(tokensOf(await poll(server, device)).refresh_token).toEqual(expect.any(String));
  });

  it('gives no refresh token to a client that was not made for one', async () => {
    const device = await approved({ grant_types: [DEVICE_CODE] });
    expect(tokensOf(await poll(server, device))).not.toHaveProperty('refresh_token');
  });
});

describeOnPostgres('in the database a device code', () => {
  it('is a digest, and what people type a keyed one that is forgotten once they decided', async () => {
    const device = await start(server, client);
    const rows = () =>
      server.sql<{ digest: Buffer; user_code_mac: Buffer | null; origin: string | null }>(
        `SELECT d.digest, d.user_code_mac, g.origin FROM device_codes d LEFT JOIN grants g ON g.id = d.grant_id
         WHERE d.client_id = $1 ORDER BY d.created_at DESC LIMIT 1`,
        [client.clientId],
      );
    const [row] = await rows();
    expect(row).toMatchObject({ digest: sha256Of(device.device_code), origin: null });
    for (const typed of [device.user_code, device.user_code.replace('-', '')])
      expect(row!.user_code_mac).not.toEqual(sha256Of(typed));
    await decide(server, jar, device);
    expect((await rows())[0]).toMatchObject({ user_code_mac: null, origin: 'device_code' });
  });
});

const sha256Of = (text: string): Buffer => createHash('sha256').update(text).digest();
