import { beforeAll, describe, expect, it } from '@jest/globals';
import { adminToken, opsClient, tokenRequest, type TestClient } from '../support/actors.js';
import type { HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, atOnce, events, refusalOf, ROOMY } from '../oauth/harness.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
});

interface Rotated {
  status: number;
  secret: string;
  until: string | undefined;
}

async function machine(over: object = {}): Promise<TestClient> {
  const response = await asOperator(server, 'POST', '/clients', {
    json: { name: 'Robot', grant_types: ['client_credentials'], scopes: ['mcp:tools:read'], ...over },
  });
  const { id, client_secret, auth_method } = response.json();
  return { ...opsClient(), clientId: id, clientSecret: client_secret, authMethod: auth_method };
}

const rotate = ({ clientId }: TestClient, json?: object): Promise<HttpResponse> =>
  asOperator(server, 'POST', `/clients/${clientId}/secret`, json && { json });

async function rotated(client: TestClient, json?: object): Promise<Rotated> {
  const response = await rotate(client, json);
  const { client_secret: secret, previous_secret_until: until } = response.json();
  return { status: response.status, secret, until };
}

/** Whether the client gets a token with this secret. */
async function works(client: TestClient, clientSecret = client.clientSecret!): Promise<boolean> {
  const response = await tokenRequest(
    server,
    { ...client, clientSecret },
    { grant_type: 'client_credentials' },
  );
  if (response.status !== 200) expect(refusalOf(response)).toEqual([401, 'invalid_client']);
  return response.status === 200;
}

describe('A new secret', () => {
  it('ends the one before at once when no overlap is asked for', async () => {
    const client = await machine();
    const { status, secret, until } = await rotated(client);
    expect([status, until]).toEqual([200, undefined]);
    expect(secret).toMatch(/^gh_cs_[\w-]{43}$/);
    expect([await works(client), await works(client, secret)]).toEqual([false, true]);
  });

  it('leaves the one before for the overlap, and no older one', async () => {
    const client = await machine({ auth_method: 'client_secret_post' });
    const second = await rotated(client, { overlap: '24h' });
    expect(Date.parse(second.until!) - Date.now()).toBeGreaterThan(86_000_000);
    expect([await works(client), await works(client, second.secret)]).toEqual([true, true]);
    const third = await rotated(client, { overlap: '1h' });
    const alive = [
      await works(client),
      await works(client, second.secret),
      await works(client, third.secret),
    ];
    expect(alive).toEqual([false, true, true]);
    const fourth = await rotated(client);
    expect([await works(client, third.secret), await works(client, fourth.secret)]).toEqual([false, true]);
  });

  it('ends the one before when the overlap ends, and not before', async () => {
    const client = await machine();
    const { secret, until } = await rotated(client, { overlap: '2s' });
    while (await works(client)) await sleep(100);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until!));
    expect(await works(client, secret)).toBe(true);
  });

  it('is answered once, and recorded without it', async () => {
    const client = await machine();
    const { secret } = await rotated(client, { overlap: '1h' });
    const shown = await asOperator(server, 'GET', `/clients/${client.clientId}`);
    const [event] = await events(server, { type: 'client.secret_rotated', client_id: client.clientId });
    expect(event).toMatchObject({
      actor: { id: 'ops' },
      details: { previous_secret_until: shown.json().previous_secret_until },
    });
    for (const text of [shown.text, JSON.stringify(event), server.output()])
      for (const hidden of [secret, client.clientSecret!]) expect(text).not.toContain(hidden);
  });

  it('is for a client that has one', async () => {
    const open = await machine({
      grant_types: ['authorization_code'],
      redirect_uris: ['https://c.test/cb'],
      auth_method: 'none',
    });
    const refused = await rotate(open);
    expect([refused.status, refused.json().code]).toEqual([400, 'invalid_request']);
    expect((await rotate({ ...open, clientId: 'gh_c_nobody' })).status).toBe(404);
  });

  it.each(['31d', '0s', '-1h', 'tomorrow', 60])('has no overlap of %p', async (overlap) => {
    const client = await machine();
    const refused = await rotate(client, { overlap });
    expect([refused.status, refused.json().errors[0].field]).toEqual([400, 'overlap']);
    expect(await works(client)).toBe(true);
  });

  it('is made by whoever may change clients, not by whoever may read them', async () => {
    const client = await machine();
    const token = await adminToken(server, 'admin:clients:read');
    const refused = await asOperator(server, 'POST', `/clients/${client.clientId}/secret`, { token });
    expect(refused.status).toBe(403);
    expect(await works(client)).toBe(true);
  });
});

describeOnPostgres('In the database', () => {
  it('both secrets are digests', async () => {
    const client = await machine();
    const { secret } = await rotated(client, { overlap: '1h' });
    const [row] = await server.sql<Record<string, Buffer>>('SELECT * FROM clients WHERE id = $1', [
      client.clientId,
    ]);
    expect([row!['secret_digest']!.length, row!['previous_secret_digest']!.length]).toEqual([32, 32]);
    const written = Object.values(row!).map((value) =>
      Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value),
    );
    for (const hidden of [secret, client.clientSecret!])
      expect(written.join('\n')).not.toContain(hidden.slice(6));
  });

  it('one of many rotations at once is the last, and its secret is the one that works', async () => {
    const client = await machine();
    const secrets = (await atOnce(10, () => rotated(client))).map(({ secret }) => secret);
    const alive = await Promise.all(secrets.map((secret) => works(client, secret)));
    expect(alive.filter(Boolean)).toHaveLength(1);
    expect(await works(client)).toBe(false);
  });
});
