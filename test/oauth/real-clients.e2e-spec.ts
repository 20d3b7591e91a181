import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DocumentSite, selfSigned } from '../support/document-site.js';
import { startServer, type TestServer } from '../support/server.js';
import { CHATGPT } from './fixtures/chatgpt.js';
import { CLAUDE_AI } from './fixtures/claude-ai.js';
import { CLAUDE_CODE } from './fixtures/claude-code.js';
import { CODEX } from './fixtures/codex.js';
import { CURSOR } from './fixtures/cursor.js';
import { INSPECTOR } from './fixtures/inspector.js';
import { MCP_REMOTE } from './fixtures/mcp-remote.js';
import { OTHERS, ROOT_RESOURCE } from './fixtures/others.js';
import { discover, play, type Arrived, type Setting } from './fixtures/play.js';
import { CODE_AND_REFRESH, type RealClient } from './fixtures/real-client.js';
import { VS_CODE } from './fixtures/vscode.js';
import { asOperator, claimsOf, mcpStatus, ROOMY, signedIn } from './harness.js';

const ALL: readonly RealClient[] = [
  ...CLAUDE_AI,
  ...CLAUDE_CODE,
  ...CHATGPT,
  ...CODEX,
  ...VS_CODE,
  ...CURSOR,
  ...INSPECTOR,
  ...MCP_REMOTE,
  ...OTHERS,
];

/** Of chatgpt.com only the redirect URIs that are listed here may register. */
const registrationRules = [
  {
    match: { redirectUris: ['https://chatgpt.com/connector_platform_oauth_redirect'] },
    trust: 'approved',
  },
  { match: { redirectHosts: ['chatgpt.com'] }, trust: 'refused' },
];

/** The tolerances that clients here need; `infer_native` alone, because it is in the way of others. */
const OFF = {
  downgrade_auth_method: false,
  basic_or_post: false,
  missing_method_is_public: false,
  loopback_any_port: false,
  private_schemes: [],
  legacy_aliases: false,
  resource_slash: false,
  default_resource: false,
  refresh_without_offline_access: false,
  redirect_prefixes: [],
};

let site: DocumentSite;
let tolerant: Setting;
let strict: Setting;
let typed: Setting;

beforeAll(async () => {
  const tls = selfSigned();
  site = await DocumentSite.start(tls);
  const start = async (clients: object): Promise<Setting> => {
    const server: TestServer = await startServer({
      env: { NODE_EXTRA_CA_CERTS: tls.cert },
      config: {
        limits: ROOMY,
        scopes: [{ name: 'calendar:read', sentence: 'Read your calendar', group: 'read' }],
        resources: [ROOT_RESOURCE],
        policies: { outboundLoopback: true, registrationRules, clients },
      },
    });
    return { server, site, jar: await signedIn(server), found: await discover(server) };
  };
  [tolerant, strict, typed] = await Promise.all([start({}), start(OFF), start({ infer_native: false })]);
});
afterAll(() => site.stop());

const pathOf = (client: string): string => `/clients/${encodeURIComponent(client)}`;

describe('A client in the field', () => {
  it.each(ALL)('gets in and stays in: $who', async (fixture) => {
    const { server, found } = tolerant;
    const arrived = (await play(tolerant, fixture)) as Arrived;
    expect(arrived).toMatchObject({ at: 'the end' });
    const { client, became, authorized, tokens, refreshed } = arrived;
    const stored = (await asOperator(server, 'GET', pathOf(client.clientId))).json<Record<string, unknown>>();
    expect(stored).toMatchObject(fixture.becomes);
    if ('registers' in fixture.identity) {
      const { client_name, redirect_uris } = fixture.identity.registers;
      expect(became).toEqual(fixture.becomes);
      expect(client.registration).toMatchObject({ client_name, redirect_uris, ...CODE_AND_REFRESH });
      expect('client_secret' in client.registration).toBe(fixture.becomes.auth_method !== 'none');
    }
    if (fixture.state !== undefined) expect(authorized.state).toBe(fixture.state);
    expect(authorized.pages.filter((page) => page === '/consent')).toHaveLength(1);
    for (const { access_token: token, scope } of [tokens, refreshed]) {
      const { elsewhere } = fixture;
      expect(scope).toBe(elsewhere?.scope ?? found.scope);
      expect(claimsOf(token)).toMatchObject({
        client_id: client.clientId,
        aud: elsewhere?.audience ?? found.resource,
      });
      expect(await mcpStatus(server, token)).toBe(elsewhere ? 401 : 200);
    }
  });

  it.each(ALL.filter(({ needs }) => needs !== undefined))(
    'needs $needs.policy, without which it is refused: $who',
    async (fixture) => {
      const { policy, without } = fixture.needs!;
      expect(await play(policy === 'infer_native' ? typed : strict, fixture)).toEqual(without);
    },
  );

  it.each(ALL.filter(({ needs }) => needs === undefined))('needs no tolerance: $who', async (fixture) => {
    const outcome = await play(strict, fixture);
    // Here a refresh token is for those who ask for offline_access.
    expect(outcome.at).toBe('refresh');
  });
});

describe('Every tolerance that can be switched off here', () => {
  it('is needed by a client', () => {
    const needed = new Set(ALL.map(({ needs }) => needs?.policy));
    expect([...Object.keys(OFF), 'infer_native'].filter((policy) => !needed.has(policy))).toEqual([]);
  });
});
