import { beforeAll, describe, expect, it } from '@jest/globals';
import { connect, mcpCall, refresh } from '../support/actors.js';
import { startServer, type TestServer } from '../support/server.js';
import { sleep } from '../support/server-process.js';
import { APPS, type App, type MakeApp } from './apps.js';
import { Keychain } from './keychain.js';
import { Person, type Visit } from './person.js';
import { linesOf, Wire } from './wire.js';

const READ = 'Read your notes and look things up for you';
const CHANGE = 'Add, change and delete things for you';
const LIFETIME_S = 2;

let server: TestServer;
/** Its access tokens expire after two seconds. */
let forgetful: TestServer;
beforeAll(async () => {
  server = await startServer();
  forgetful = await startServer({ config: { lifetimes: { accessToken: `${LIFETIME_S}s` } } });
});

interface Setting {
  app: App;
  wire: Wire;
  keychain: Keychain;
  person: Person;
}

const setUp = (make: MakeApp, at = server): Setting => {
  const [wire, keychain] = [new Wire(), new Keychain()];
  return { app: make(`${at.url}/mcp`, keychain, wire), wire, keychain, person: new Person(at) };
};

/** Everything from nothing to a connection; the wire is empty afterwards. */
async function letIn({ app, keychain, person, wire }: Setting): Promise<Visit> {
  await expect(app.connect()).rejects.toThrow('Unauthorized');
  const visit = await person.visit(keychain.takeAsked());
  await app.finish(visit.callback);
  await app.connect();
  wire.take();
  return visit;
}

const scopesOf = (scope: unknown): string[] => String(scope).split(' ').sort();

describe.each(Object.entries(APPS))('An app made with %s', (name, make) => {
  const isOld = name.includes('sdk 1');

  it('gets in with nothing but the URL: it finds the way, registers itself, and a person lets it in', async () => {
    const { app, wire, keychain, person } = setUp(make);
    await expect(app.connect()).rejects.toThrow('Unauthorized');

    const [refused, , , registered] = wire.exchanges;
    expect(linesOf(wire.take())).toEqual([
      'POST /mcp 401',
      'GET /.well-known/oauth-protected-resource/mcp 200',
      'GET /.well-known/oauth-authorization-server 200',
      'POST /oauth2/register 201',
    ]);
    const metadata = `${server.url}/.well-known/oauth-protected-resource/mcp`;
    expect(refused?.challenge).toBe(`Bearer resource_metadata="${metadata}", scope="mcp:tools:read"`);
    expect(registered?.answer).toMatchObject({
      client_id: expect.any(String),
      token_endpoint_auth_method: 'none',
    });

    const asked = keychain.takeAsked();
    expect(`${asked.origin}${asked.pathname}`).toBe(`${server.url}/oauth2/authorize`);
    const { scope, ...parameters } = Object.fromEntries(asked.searchParams);
    expect(scopesOf(scope)).toEqual(isOld ? ['mcp:tools:read'] : ['mcp:tools:read', 'offline_access'].sort());
    expect(parameters).toMatchObject({
      response_type: 'code',
      client_id: registered?.answer?.['client_id'],
      redirect_uri: keychain.redirectUrl,
      resource: `${server.url}/mcp`,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      state: keychain.states[0],
    });

    const { pages, callback } = await person.visit(asked);
    expect(pages.map(({ path }) => path)).toEqual(['/login', '/consent']);
    expect(pages[1]?.text).toContain('Allow Story client to use Gatehouse');
    expect(pages[1]?.text).toContain(READ);
    expect(pages[1]?.text).not.toContain(CHANGE);
    expect(`${callback.origin}${callback.pathname}`).toBe(keychain.redirectUrl);
    const answer = Object.fromEntries(callback.searchParams);
    expect(answer).toEqual({ code: expect.any(String), state: keychain.states[0], iss: server.url });

    await app.finish(callback);
    const [exchanged] = wire.exchanges;
    expect(linesOf(wire.take())).toEqual(['POST /oauth2/token 200']);
    expect(exchanged?.sent).toMatchObject({
      grant_type: 'authorization_code',
      code: answer['code'],
      code_verifier: expect.any(String),
      resource: `${server.url}/mcp`,
    });
    expect(exchanged?.answer).toMatchObject({
      token_type: 'Bearer',
      scope: scope,
      refresh_token: expect.any(String),
    });

    await app.connect();
    expect(await app.tools()).toEqual(expect.arrayContaining(['whoami', 'notes_list', 'notes_add']));
    const me = await app.call('whoami');
    expect(me.structuredContent).toMatchObject({
      client_id: registered?.answer?.['client_id'],
      grant_id: expect.any(String),
      scopes: scope?.split(' '),
    });
    const notes = await app.call('notes_list');
    expect(notes.structuredContent).toMatchObject({ notes: expect.any(Array) });
    expect(wire.take().filter(({ status }) => ![200, 202, 405].includes(status))).toEqual([]);
    await app.close();
  });

  it('steps up when a tool needs more: the person is asked again, and the call that was refused succeeds', async () => {
    const setting = setUp(make, server);
    const { app, wire, keychain, person } = setting;
    await letIn(setting);
    const note = { title: `Stepped up by ${name}`, body: 'kept' };

    await expect(app.call('notes_add', note)).rejects.toThrow('Unauthorized');
    const [refused] = wire.exchanges;
    // The 1.x line answers the challenge by refreshing, and asks the person only when that is refused.
    expect(linesOf(wire.take())).toEqual(
      isOld ? ['POST /mcp 403', 'POST /oauth2/token 400'] : ['POST /mcp 403'],
    );
    expect(refused?.challenge).toBe(
      'Bearer error="insufficient_scope", error_description="The tool notes_add needs more scopes than were granted", ' +
        `resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp", scope="mcp:tools:execute"`,
    );
    expect(refused?.answer).toMatchObject({
      error: { message: 'Insufficient scope', data: { decision_id: expect.any(String) } },
    });

    const asked = keychain.takeAsked();
    const union = ['mcp:tools:execute', 'mcp:tools:read', 'offline_access'];
    expect(scopesOf(asked.searchParams.get('scope'))).toEqual(isOld ? ['mcp:tools:execute'] : union);
    expect(asked.searchParams.get('resource')).toBe(`${server.url}/mcp`);

    const { pages, callback } = await person.visit(asked);
    expect(pages.map(({ path }) => path)).toEqual(['/consent']);
    expect(pages[0]?.text).toContain('It now asks for more, marked as new.');
    expect(pages[0]?.text).toContain(`${CHANGE} New`);
    expect(pages[0]?.text).not.toContain(`${READ} New`);
    expect(callback.searchParams.get('iss')).toBe(server.url);
    await app.finish(callback);
    expect(scopesOf(wire.take()[0]?.answer?.['scope'])).toContain('mcp:tools:execute');

    const added = await app.call('notes_add', note);
    expect(added.structuredContent).toMatchObject(note);
    const found = await app.call('notes_search', { text: note.title });
    expect(found.structuredContent).toMatchObject({ notes: [note] });
    expect(linesOf(wire.take())).toEqual(['POST /mcp 200', 'POST /mcp 200']);
    await app.close();
  });

  it('refreshes by itself when its access token has expired', async () => {
    const setting = setUp(make, forgetful);
    const { app, wire, keychain } = setting;
    await letIn(setting);
    const before = keychain.saved;
    await sleep(LIFETIME_S * 1_000 + 100);

    expect((await app.call('whoami')).isError).not.toBe(true);
    const [expired, refreshed, retried] = wire.exchanges;
    expect(linesOf(wire.take())).toEqual(['POST /mcp 401', 'POST /oauth2/token 200', 'POST /mcp 200']);
    expect(expired?.challenge).toContain('error="invalid_token"');
    expect(refreshed?.sent).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: before?.refresh_token,
      resource: `${forgetful.url}/mcp`,
    });
    expect(refreshed?.answer?.['refresh_token']).not.toBe(before?.refresh_token);
    expect(retried?.bearer).toBe(refreshed?.answer?.['access_token']);
    expect(keychain.asked).toEqual([]);
    await app.close();
  });

  it('is told when the person says no, and gets nothing', async () => {
    const { app, wire, keychain, person } = setUp(make);
    await expect(app.connect()).rejects.toThrow('Unauthorized');
    const { callback } = await person.visit(keychain.takeAsked(), 'deny');
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      error: 'access_denied',
      error_description: expect.any(String),
      state: keychain.states[0],
      iss: server.url,
    });
    wire.take();
    await expect(app.finish(callback)).rejects.toThrow();
    expect(keychain.saved).toBeUndefined();
  });
});

describe('An app made with @modelcontextprotocol/client 2.x', () => {
  it('refuses an answer that names another issuer, and redeems nothing', async () => {
    const { app, wire, keychain, person } = setUp(APPS['@modelcontextprotocol/client 2.x by default']!);
    await expect(app.connect()).rejects.toThrow('Unauthorized');
    const { callback } = await person.visit(keychain.takeAsked());
    for (const iss of ['https://evil.example', undefined]) {
      const forged = new URL(callback);
      forged.searchParams.delete('iss');
      if (iss) forged.searchParams.set('iss', iss);
      wire.take();
      await expect(app.finish(forged)).rejects.toThrow(/issuer|iss/i);
      expect(linesOf(wire.take())).toEqual([]);
    }
    await app.finish(callback);
    expect(linesOf(wire.take())).toEqual(['POST /oauth2/token 200']);
  });
});

describe('An app made with @modelcontextprotocol/sdk 1.x that holds a refresh token', () => {
  it('gives up on a step-up when the policy for it is off, and keeps what it had', async () => {
    const strict = await startServer({
      config: { policies: { clients: { step_up_by_authorization: false } } },
    });
    const setting = setUp(APPS['@modelcontextprotocol/sdk 1.x']!, strict);
    const { app, wire, keychain } = setting;
    await letIn(setting);
    await expect(app.call('notes_add', { title: 'never', body: '' })).rejects.toThrow(
      'after trying upscoping',
    );
    const [first, , second] = wire.exchanges;
    expect(linesOf(wire.take())).toEqual(['POST /mcp 403', 'POST /oauth2/token 200', 'POST /mcp 403']);
    expect(second?.challenge).toBe(first?.challenge);
    expect(keychain.asked).toEqual([]);
    expect((await app.call('whoami')).isError).not.toBe(true);
    await app.close();
  });

  it('has one refresh refused for each challenge, nothing ended, and refreshes as before afterwards', async () => {
    const { client, tokens } = await connect(server);
    const denied = await mcpCall(server, tokens.access_token, 'tools/call', {
      name: 'notes_add',
      arguments: { title: 'a', body: 'b' },
    });
    expect(denied.status).toBe(403);
    const refused = await refresh(server, client, tokens.refresh_token ?? '');
    expect([refused.status, refused.json<{ error: string }>().error]).toEqual([400, 'invalid_grant']);
    const alive = await mcpCall(server, tokens.access_token, 'tools/call', { name: 'whoami', arguments: {} });
    expect(alive.status).toBe(200);
    const again = await refresh(server, client, tokens.refresh_token ?? '');
    expect(again.status).toBe(200);
  });
});
