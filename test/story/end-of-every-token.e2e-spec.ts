import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import {
  adminCall,
  connect,
  refresh,
  submitForm,
  tokenRequest,
  tokensOf,
  type TestClient,
  type Tokens,
} from '../support/actors.js';
import { formOf } from '../support/html.js';
import { get, post } from '../support/http.js';
import { callTool } from '../support/mcp.js';
import { decide, deviceClient, poll, ROOMY_DEVICES, start } from '../oauth/device-harness.js';
import { EXCHANGE, exchangeRequest } from '../oauth/token-exchange.harness.js';
import { forgetOperator, signedIn } from '../oauth/harness.js';
import { AssertionIssuer, idJagConfig, JWT_BEARER, redeem } from '../oauth/id-jag.harness.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';

/** A living token for /mcp, and how its client comes back for another. */
interface Living {
  readonly token: string;
  readonly client: TestClient;
  readonly refreshToken?: string;
  /** Of the token it was exchanged for. */
  readonly subject?: Handles;
  /** Whether its client comes back with another word of an issuer for the person, which opens another grant. */
  readonly asserted?: true;
  readonly again: () => Promise<{ status: number }>;
}

interface Handles {
  readonly gid: string;
  readonly sid: string;
  readonly sub: string;
  readonly jti: string;
  readonly client_id: string;
  readonly kid: string;
}

function refreshable(server: TestServer, client: TestClient, tokens: Tokens): Living {
  const refreshToken = tokens.refresh_token!;
  return {
    token: tokens.access_token,
    client,
    refreshToken,
    again: () => refresh(server, client, refreshToken),
  };
}

const KINDS: Record<string, (server: TestServer) => Promise<Living>> = {
  authorization_code: async (server) => {
    const { client, tokens } = await connect(server);
    return refreshable(server, client, tokens);
  },
  refresh_token: async (server) => {
    const { client, tokens } = await connect(server);
    const next = tokensOf(await refresh(server, client, tokens.refresh_token!));
    return refreshable(server, client, next);
  },
  client_credentials: async (server) => {
    const client = await machine(server);
    const ask = () => tokenRequest(server, client, { grant_type: 'client_credentials' });
    return { token: tokensOf(await ask()).access_token, client, again: ask };
  },
  device_code: async (server) => {
    const client = await deviceClient(server);
    const started = await start(server, client);
    await decide(server, await signedIn(server), started);
    const tokens = tokensOf(await poll(server, started));
    return refreshable(server, client, tokens);
  },
  'token exchange': async (server) => {
    const client = await exchanger(server);
    const { tokens } = await connect(server, { client });
    const again = () => exchangeRequest(server, client, tokens.access_token);
    const subject = handlesOf(tokens.access_token);
    return { token: tokensOf(await again()).access_token, client, subject, again };
  },
  'jwt-bearer': async (server) => {
    const client = await confidential(server, { grant_types: [JWT_BEARER] });
    const person = { sub: 'the-admin', email: ADMIN_EMAIL, email_verified: true, client_id: client.clientId };
    const again = () => redeem(server, company.assertion(server, person), { client });
    return { token: tokensOf(await again()).access_token, client, asserted: true, again };
  },
};

/** What a company's identity provider signs, for an app that the person never saw here. */
const company = new AssertionIssuer('https://company.example');

/** A way to end something a token hangs off; `again`: whether its client may get another one afterwards. */
interface Ending {
  readonly needs?: keyof Handles | 'refreshToken' | 'subject';
  readonly end: (server: TestServer, handles: Handles, living: Living) => Promise<{ status: number }>;
  readonly again: boolean | 'unless exchanged' | 'when asserted';
}

const byAdmin =
  (method: string, path: (handles: Handles) => string): Ending['end'] =>
  (server, handles) =>
    adminCall(server, method, path(handles), { ...(method === 'POST' && { json: {} }) });

/** Presses a button of the account page; answers whether the page says that it was done. */
const byPerson =
  (action: string, holds: (handles: Handles) => string): Ending['end'] =>
  async (server, handles) => {
    const jar = await signedIn(server);
    const page = await get(`${server.base}/account`, { cookies: jar });
    const form = formOf(
      page.text,
      (each) => each.action.endsWith(action) && Object.values(each.hidden).includes(holds(handles)),
    );
    const { status, location } = await submitForm(server, page, form, { cookies: jar });
    return { status: status === 303 && new URL(location!).searchParams.has('done') ? 200 : status };
  };

const revoke = (server: TestServer, { clientId, clientSecret }: TestClient, token: string) =>
  post(`${server.base}/oauth2/revoke`, {
    form: { token, client_id: clientId, ...(clientSecret && { client_secret: clientSecret }) },
  });

const ENDINGS: Record<string, Ending> = {
  'its grant': {
    needs: 'gid',
    end: byAdmin('DELETE', ({ gid }) => `/grants/${gid}`),
    again: 'when asserted',
  },
  'its session': { needs: 'sid', end: byAdmin('DELETE', ({ sid }) => `/sessions/${sid}`), again: false },
  'all of its person': {
    needs: 'gid',
    end: byAdmin('DELETE', ({ sub }) => `/users/${sub}/sessions`),
    again: 'when asserted',
  },
  'its person, disabled': {
    needs: 'gid',
    end: byAdmin('POST', ({ sub }) => `/users/${sub}/disable`),
    again: false,
  },
  'its client, suspended': {
    end: byAdmin('POST', ({ client_id }) => `/clients/${client_id}/suspend`),
    again: false,
  },
  'its client, deleted': { end: byAdmin('DELETE', ({ client_id }) => `/clients/${client_id}`), again: false },
  'its app, by its person': {
    needs: 'gid',
    end: byPerson('/apps/end', ({ client_id }) => client_id),
    again: 'when asserted',
  },
  'its browser, by its person': {
    needs: 'sid',
    end: byPerson('/sessions/end', ({ sid }) => sid),
    again: false,
  },
  'itself, by an admin': { end: byAdmin('DELETE', ({ jti }) => `/tokens/${jti}`), again: true },
  'itself, by its client': {
    end: (server, _, { client, token }) => revoke(server, client, token),
    again: true,
  },
  'its key, compromised': {
    end: byAdmin('POST', ({ kid }) => `/keys/${kid}/compromised`),
    again: 'unless exchanged',
  },
  'the token it was exchanged for': {
    needs: 'subject',
    end: (server, _, { subject }) => adminCall(server, 'DELETE', `/tokens/${subject!.jti}`),
    again: false,
  },
  'its refresh token, by its client': {
    needs: 'refreshToken',
    end: (server, _, { client, refreshToken }) => revoke(server, client, refreshToken!),
    again: false,
  },
};

const machine = (server: TestServer): Promise<TestClient> =>
  confidential(server, { grant_types: ['client_credentials'] });

const exchanger = (server: TestServer): Promise<TestClient> =>
  confidential(server, {
    grant_types: ['authorization_code', EXCHANGE],
    redirect_uris: ['https://exchanger.example/callback'],
  });

async function confidential(server: TestServer, metadata: object): Promise<TestClient> {
  const created = await adminCall(server, 'POST', '/clients', {
    json: { name: 'Confidential', scopes: ['mcp:tools:read'], ...metadata },
  });
  if (created.status !== 201) throw new Error(`Making a client answered ${created.status}: ${created.text}`);
  const { id, client_secret, redirect_uris } = created.json<{
    id: string;
    client_secret: string;
    redirect_uris: string[];
  }>();
  return {
    clientId: id,
    clientSecret: client_secret,
    authMethod: 'client_secret_basic',
    redirectUri: redirect_uris[0] ?? '',
    registration: {},
  };
}

/** What a token of a kind does not hang off. */
function without(kind: string): string[] {
  if (kind === 'client_credentials') return ['gid', 'sid', 'refreshToken', 'subject'];
  if (kind === 'jwt-bearer') return ['sid', 'refreshToken', 'subject'];
  return kind === 'token exchange' ? ['refreshToken'] : ['subject'];
}

/** Whether the client of a token that ended this way gets another one. */
function getsAnother({ again }: Ending, { subject, asserted }: Living): boolean {
  if (again === 'unless exchanged') return subject === undefined;
  return again === 'when asserted' ? asserted === true : again;
}

function handlesOf(token: string): Handles {
  return { ...decodeJwt<Handles>(token), kid: decodeProtectedHeader(token).kid! };
}

describe('A token ends with what it hangs off', () => {
  let server: TestServer;

  beforeAll(async () => {
    const trusted = {
      issuer: company.issuer,
      jwks: { keys: [company.key.published] },
      linkByEmail: ['example.com'],
    };
    server = await startServer({ config: { ...idJagConfig([trusted]), limits: ROOMY_DEVICES } });
  });

  afterEach(async () => {
    // A compromised key takes the operator's token along.
    forgetOperator(server);
    const { items } = (await adminCall(server, 'GET', '/users')).json<{ items: { id: string }[] }>();
    for (const { id } of items) await adminCall(server, 'POST', `/users/${id}/enable`, { json: {} });
  });

  describe.each(Object.entries(KINDS))('by %s', (kind, make) => {
    it.each(Object.entries(ENDINGS))('%s', async (_name, ending) => {
      const { needs, end } = ending;
      const living = await make(server);
      const handles = handlesOf(living.token);
      const has = { ...handles, refreshToken: living.refreshToken, subject: living.subject };
      // A client that acts for itself has no grant, no session and no person to end.
      if (needs !== undefined && has[needs] === undefined) return expect(without(kind)).toContain(needs);
      expect((await callTool(server, living.token, 'whoami')).status).toBe(200);

      const ended = await end(server, handles, living);
      expect(ended.status).toBe(200);

      expect((await callTool(server, living.token, 'whoami')).status).toBe(401);
      expect((await living.again()).status === 200).toBe(getsAnother(ending, living));
    });
  });
});

describe('A token never outlives its grant', () => {
  it('whatever the lifetime of access tokens says', async () => {
    const server = await startServer({ config: { lifetimes: { accessToken: '60m', refreshMax: '4s' } } });
    const { client, tokens } = await connect(server);
    expect(tokens.expires_in).toBeLessThanOrEqual(4);
    expect((await callTool(server, tokens.access_token, 'whoami')).status).toBe(200);
    await new Promise((later) => setTimeout(later, 4_100));
    expect((await callTool(server, tokens.access_token, 'whoami')).status).toBe(401);
    expect((await refresh(server, client, tokens.refresh_token!)).json()).toMatchObject({
      error: 'invalid_grant',
    });
  });
});
