import { beforeAll, describe, expect, it } from '@jest/globals';
import { connect, mcpCall } from '../support/actors.js';
import { get, post } from '../support/http.js';
import { runToExit, startServer, type TestServer } from '../support/server.js';
import { asOperator } from '../oauth/harness.js';
import { askForKey, browserOf, keysPage, newService, withKey } from './harness.js';

const SOME_KEY = `gh_key_${'A'.repeat(43)}00000000`;

describe('a server that says nothing of API keys', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });

  it('does not look at them: alone they are no credentials, and beside a token they do nothing', async () => {
    const alone = await withKey(server, SOME_KEY);
    expect([alone.status, alone.challenge]).toEqual([
      401,
      `Bearer resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp", scope="mcp:tools:read"`,
    ]);
    const { tokens } = await connect(server);
    const headers = { 'x-api-key': SOME_KEY };
    expect((await mcpCall(server, { token: tokens.access_token, headers }, 'tools/list')).status).toBe(200);
  });

  it('makes none, for services and for people', async () => {
    const clientId = await newService(server);
    const refused = await askForKey(server, { client_id: clientId, name: 'n', scopes: ['mcp:tools:read'] });
    expect([refused.status, refused.json()]).toEqual([
      409,
      expect.objectContaining({ code: 'conflict', detail: 'This server takes no API keys' }),
    ]);
    const jar = await browserOf(server);
    const account = await get(`${server.base}/account`, { cookies: jar });
    expect(account.text).not.toContain('/account/api-keys');
    const page = await keysPage(server, jar);
    expect([page.status, page.text.includes('name="scope"')]).toEqual([200, false]);
    const csrf = /name="csrf" value="([^"]+)"/.exec(account.text)?.[1] ?? '';
    const forced = await post(`${server.base}/account/api-keys`, {
      cookies: jar,
      form: { csrf, name: 'Forced', scope: 'mcp:tools:read', days: '1' },
      headers: { origin: server.url },
    });
    expect([forced.status, forced.text]).toEqual([
      400,
      expect.stringContaining('You cannot have API keys here.'),
    ]);
    expect((await asOperator(server, 'GET', '/api-keys')).json()).toEqual({ items: [] });
  });
});

describe('a server that takes keys of services only', () => {
  it('makes none for people, and refuses those that they made before', async () => {
    const people = { resources: [{ id: 'mcp', apiKeys: ['people'] }] };
    const before = await startServer({ config: people });
    const { fillIn, keyIn } = await import('./harness.js');
    const key = keyIn(await fillIn(before, await browserOf(before)));
    expect((await withKey(before, key)).status).toBe(200);
    await before.stop();
    const after = await startServer({
      config: { resources: [{ id: 'mcp', apiKeys: ['services'] }] },
      port: before.port,
      ...(before.databaseUrl ? { database: before.databaseUrl } : { dataDir: before.dataDir }),
    });
    expect((await withKey(after, key)).status).toBe(401);
    const page = await keysPage(after, await browserOf(after));
    expect(page.text).not.toContain('name="scope"');
    await after.stop();
  });
});

describe('the configuration', () => {
  it('stops the start where keys are asked for elsewhere, or for longer than they may live', async () => {
    const { code, output } = await runToExit({
      config: {
        resources: [{ id: 'admin', apiKeys: ['services'] }],
        lifetimes: { apiKey: '60d', apiKeyMax: '30d' },
      },
    });
    expect(code).not.toBe(0);
    expect(output).toContain('resources: admin cannot take API keys; only mcp can');
    expect(output).toContain('lifetimes.apiKey is longer than lifetimes.apiKeyMax');
  });
});

describe('whoever guesses keys', () => {
  it('is kept waiting by address, also with a good one; keys that are over do not count', async () => {
    const limited = await startServer({
      config: {
        resources: [{ id: 'mcp', apiKeys: ['services'] }],
        limits: { apiKeys: { failed: { points: 3, seconds: 60, blockSeconds: 60 }, perOwner: 2 } },
      },
    });
    const clientId = await newService(limited);
    const make = () => askForKey(limited, { client_id: clientId, name: 'n', scopes: ['mcp:tools:read'] });
    const [first, second, third] = [await make(), await make(), await make()];
    expect([first.status, second.status, third.status]).toEqual([201, 201, 409]);
    expect(third.json()).toMatchObject({ detail: 'Nobody has more than 2 keys; revoke one first' });
    const [over, good] = [first, second].map((made) => made.json<{ id: string; api_key: string }>());
    await asOperator(limited, 'DELETE', `/api-keys/${over!.id}`);
    for (let count = 0; count < 6; count++) expect((await withKey(limited, over!.api_key)).status).toBe(401);
    expect((await withKey(limited, good!.api_key)).status).toBe(200);
    for (let count = 0; count < 3; count++) expect((await withKey(limited, SOME_KEY)).status).toBe(401);
    for (const key of [SOME_KEY, good!.api_key]) {
      const kept = await withKey(limited, key);
      expect([kept.status, Number(kept.response.headers['retry-after'])]).toEqual([429, expect.any(Number)]);
      expect(Number(kept.response.headers['retry-after'])).toBeGreaterThan(0);
      expect(kept.challenge).toBeUndefined();
    }
    expect((await make()).status).toBe(201);
    await limited.stop();
  });
});
