import { describe, expect, it } from '@jest/globals';
import {
  adminToken,
  attemptSignIn,
  callTool,
  exchange,
  refresh,
  submitForm,
  tokenRequest,
  tokensOf,
} from '../support/actors.js';
import { formOf } from '../support/html.js';
import { CookieJar, get, post } from '../support/http.js';
import { sleep } from '../support/server-process.js';
import {
  ADMIN_EMAIL,
  ADMIN_PASSWORD,
  OPS_CLIENT_SECRET,
  startServer,
  type TestServer,
} from '../support/server.js';
import { authorizeQuery, events, freshCode, ROOMY, signedIn, webClient } from './harness.js';

/** The ways in which a secret could be written without being recognised at once. */
function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64');
  return [
    secret,
    encodeURIComponent(secret),
    base64.replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(secret).toString('hex'),
    secret.slice(0, 20),
    base64.slice(0, 24),
  ];
}

/** Does everything there is to do with secrets, right and wrong, and answers the secrets by name. */
async function use(server: TestServer): Promise<Record<string, string>> {
  const jar = await signedIn(server);
  const wrongPassword = 'w-wrong password of somebody 7781';
  await attemptSignIn(server, new CookieJar(), { password: wrongPassword });
  await attemptSignIn(server, new CookieJar(), {
    email: `${'x'.repeat(400)}@example.com`,
    password: wrongPassword,
  });

  const client = await webClient(server, { token_endpoint_auth_method: 'client_secret_basic' });
  const scope = 'openid mcp:tools:read mcp:tools:execute';
  const { code, verifier } = await freshCode(server, client, {
    jar,
    scope,
    state: 'st4te-canary-0123456789',
  });
  const first = tokensOf(await exchange(server, client, code, verifier));
  const second = tokensOf(await refresh(server, client, first.refresh_token!));
  await callTool(server, second.access_token, 'whoami');

  // Everything once more where it is refused: wrong, replayed, in the query, in the wrong header, broken.
  const wrongSecret = 'gh_cs_wrong-client-secret-000000000000000000';
  await tokenRequest(
    server,
    { ...client, clientSecret: wrongSecret },
    { grant_type: 'refresh_token', refresh_token: first.refresh_token! },
  );
  await post(
    `${server.base}/oauth2/token?${new URLSearchParams({ code, code_verifier: verifier, client_secret: client.clientSecret!, refresh_token: second.refresh_token! }).toString()}`,
    { form: {} },
  );
  await post(`${server.base}/oauth2/token`, {
    json: {
      code,
      code_verifier: verifier,
      client_secret: client.clientSecret,
      refresh_token: second.refresh_token,
    },
  });
  await post(`${server.base}/oauth2/token`, {
    body: `{"refresh_token":"${second.refresh_token!}`,
    headers: { 'content-type': 'application/json' },
  });
  await get(`${server.base}/mcp?access_token=${second.access_token}`);
  await post(`${server.base}/mcp`, {
    json: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
    headers: { authorization: `Bearer ${second.access_token}x` },
  });
  await get(`${server.base}/admin/v1/users`, { headers: { authorization: `Bearer ${second.access_token}` } });
  await get(`${server.base}/nothing/${second.access_token.slice(0, 30)}?token=${second.refresh_token!}`);
  await get(
    `${server.base}/login?password=${encodeURIComponent(ADMIN_PASSWORD)}&return_to=/oauth2/authorize%3Fcode=${code}`,
  );
  await post(`${server.base}/login`, { form: { email: ADMIN_EMAIL, password: ADMIN_PASSWORD, csrf: 'x' } });
  await post(`${server.base}/login`, { json: { email: [ADMIN_EMAIL], password: ADMIN_PASSWORD } });
  await exchange(server, client, code, verifier);

  const page = await get(
    `${server.base}/oauth2/authorize?${authorizeQuery(server, await webClient(server))}`,
    { cookies: jar },
  );
  const consent = await get(new URL(page.headers.location!, server.base), { cookies: jar });
  const form = formOf(consent.text, '/consent');
  await submitForm(server, consent, form, {
    cookies: jar,
    values: { decision: 'approve' },
    headers: { origin: 'https://evil.test' },
  });
  const admin = await adminToken(server);
  await post(`${server.base}/oauth2/revoke`, {
    form: { token: second.refresh_token!, client_id: client.clientId },
  });

  return {
    'the password': ADMIN_PASSWORD,
    'a wrong password': wrongPassword,
    'the bootstrap secret': OPS_CLIENT_SECRET,
    'the client secret': client.clientSecret!,
    'a wrong client secret': wrongSecret,
    'the code': code,
    'the verifier': verifier,
    'the first access token': signedPartOf(first.access_token),
    'the second access token': signedPartOf(second.access_token),
    'the admin token': signedPartOf(admin),
    'the id token': signedPartOf(first.id_token!),
    'the rotated refresh token': first.refresh_token!,
    'the refresh token': second.refresh_token!,
    'the session cookie': jar.get('gatehouse_session')!,
    'the browser cookie': jar.get('gatehouse_browser')!,
    'the token of a form': form.hidden['csrf']!,
    'the state': 'st4te-canary-0123456789',
  };
}

/** Headers of tokens are alike for all of them; what makes a token a secret comes after. */
const signedPartOf = (token: string): string => token.slice(token.indexOf('.') + 60);

describe('what the server writes', () => {
  it('at the most talkative level has no secret in it, and neither has the audit trail', async () => {
    const server = await startServer({ env: { LOG_LEVEL: 'trace' }, config: { limits: ROOMY } });
    const secrets = await use(server);
    await sleep(500);
    const log = server.output();
    // The search can find something: requests were logged, and events recorded.
    expect(log.split('\n').length).toBeGreaterThan(20);
    expect(log).toContain('/oauth2/token');
    const trail = JSON.stringify([
      ...(await events(server, {})),
      ...(await events(server, { sort: 'time' })),
    ]);
    expect(trail).toContain('token.reuse_detected');
    expect(trail).toContain('auth.login.failed');
    for (const [what, secret] of Object.entries(secrets)) {
      for (const form of formsOf(secret)) {
        expect([what, 'log', contextOf(log, form)]).toEqual([what, 'log', undefined]);
        expect([what, 'audit', contextOf(trail, form)]).toEqual([what, 'audit', undefined]);
      }
    }
  });

  it('is one line of JSON for each request, whatever the request says', async () => {
    const server = await startServer({ config: { limits: ROOMY } });
    const hostile = 'x\u001b[2J","level":60,"fake":"\u2028\u202e%s%n';
    const before = server.output().length;
    await get(`${server.base}/${encodeURIComponent(hostile)}`, {
      headers: { 'user-agent': 'a"b\\c', 'x-request-id': 'short' },
    });
    await attemptSignIn(server, new CookieJar(), {
      email: `${hostile}\r\n{"fake":true}@example.com`,
      password: 'wrong password',
    });
    const client = await webClient(server, { client_name: 'Evil {"fake":1} \u202e' });
    await tokenRequest(server, { ...client, clientId: `no\r\n{"fake":2}body` }, { grant_type: 'x' });
    await sleep(300);
    const lines = server.output().slice(before).split('\n').filter(Boolean);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const entry = JSON.parse(line) as Record<string, unknown>;
      expect(entry).not.toHaveProperty('fake');
      // eslint-disable-next-line no-control-regex -- control characters are what this looks for
      expect(line).not.toMatch(/[\u0000-\u001f\u2028\u202e]/);
    }
    const failed = await events(server, { type: 'auth.login.failed' });
    // eslint-disable-next-line no-control-regex -- control characters are what this looks for
    expect(JSON.stringify(failed)).not.toMatch(/\\u001b|\\r|\\n|[\u0000-\u001f\u2028\u202e]/);
    expect(failed.length).toBeGreaterThan(0);
  });

  it('does not take an id of a request that could break a line', async () => {
    const server = await startServer({ config: { limits: ROOMY } });
    for (const id of [
      'short',
      'x'.repeat(200),
      'with space and more',
      'quote"quote"quote',
      '<script>alert(1)</script>',
    ]) {
      const response = await get(`${server.base}/health/live`, { headers: { 'x-request-id': id } });
      expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
    const kept = await get(`${server.base}/health/live`, { headers: { 'x-request-id': 'trace-0123456789' } });
    expect(kept.headers['x-request-id']).toBe('trace-0123456789');
  });
});

/** Where it was found, without repeating it whole. */
function contextOf(text: string, secret: string): string | undefined {
  const at = text.indexOf(secret);
  return at < 0 ? undefined : text.slice(Math.max(0, at - 160), at + 12);
}
