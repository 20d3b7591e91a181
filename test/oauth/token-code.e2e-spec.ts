import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  authorize,
  exchange,
  refresh,
  registerClient,
  tokenRequest,
  tokensOf,
  type TestClient,
  type Tokens,
} from '../support/actors.js';
import { CookieJar, post, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import {
  asOperator,
  atOnce,
  claimsOf,
  connectAgain,
  connectIn,
  events,
  freshCode,
  grantsOf,
  mcpStatus,
  newVerifier,
  refusalOf,
  ROOMY,
  sha256,
  signedIn,
  webClient,
} from './harness.js';

let server: TestServer;
let jar: CookieJar;

const bitsOf = (bytes: Buffer): number[] =>
  [...bytes].flatMap((byte) => [0, 1, 2, 3, 4, 5, 6, 7].map((place) => (byte >> place) & 1));

/** How far the counts of bytes are from equal; 255 is usual, with a deviation of 23. */
function chiSquare(values: readonly Buffer[]): number {
  const counts = new Array<number>(256).fill(0);
  for (const byte of Buffer.concat(values)) counts[byte]!++;
  const expected = (values.length * values[0]!.length) / 256;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  jar = await signedIn(server);
});

const codeFor = (client: TestClient, options = {}) => freshCode(server, client, { jar, ...options });
const confidentialClient = (method = 'client_secret_basic') =>
  webClient(server, { token_endpoint_auth_method: method });

/** Redeems with everything right but what `over` replaces; `null` leaves a parameter out. */
async function redeem(
  client: TestClient,
  { code, verifier }: { code: string; verifier: string },
  over: Record<string, string | string[] | null> = {},
): Promise<HttpResponse> {
  const form: Record<string, string | string[] | null> = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: client.redirectUri,
    ...over,
  };
  return tokenRequest(
    server,
    client,
    Object.fromEntries(
      Object.entries(form).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    ),
  );
}

describe('a code', () => {
  it('gives tokens that say what was granted, and an answer nobody may keep', async () => {
    const client = await webClient(server);
    const issued = await codeFor(client, {
      scope: 'openid mcp:tools:read mcp:tools:execute',
      extra: { nonce: 'a nonce/+?&' },
    });
    const response = await redeem(client, issued);
    const tokens = tokensOf(response);
    expect(response.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    expect(tokens).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'openid mcp:tools:read mcp:tools:execute',
      refresh_token: expect.stringMatching(/^gh_rt_[\w-]{43}$/),
      id_token: expect.any(String),
    });
    // No session comes along: neither a cookie nor a token of it in a header.
    expect(
      Object.keys(response.headers).filter((name) => /cookie|jwt|token|session|^auth/.test(name)),
    ).toEqual([]);
    const claims = claimsOf(tokens.access_token);
    expect(claims).toMatchObject({
      iss: server.url,
      aud: `${server.url}/mcp`,
      client_id: client.clientId,
      scope: tokens.scope,
      gid: expect.any(String),
      sid: expect.any(String),
      jti: expect.any(String),
      rev: expect.any(Number),
      auth_time: expect.any(Number),
      acr: expect.any(String),
      amr: ['pwd'],
    });
    expect((claims['exp'] as number) - (claims['iat'] as number)).toBe(3_600);
    const id = claimsOf(tokens.id_token!);
    expect(id).toMatchObject({ aud: client.clientId, nonce: 'a nonce/+?&', sub: claims['sub'] });
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
  });

  it('has at least 128 random bits, none of them the same twice', async () => {
    const client = await registerClient(server, { redirect_uris: ['https://many.example/cb'] });
    await codeFor(client);
    const codes = (await Promise.all(Array.from({ length: 40 }, () => codeFor(client)))).map(
      ({ code }) => code,
    );
    expect(new Set(codes).size).toBe(40);
    for (const code of codes) expect(code.replace('gh_ac_', '')).toMatch(/^[\w-]{43}$/);
    // A fair coin fails each of these once in a billion times or less.
    const bits = codes.map((code) => bitsOf(Buffer.from(code.replace('gh_ac_', ''), 'base64url')));
    expect(bits[0]).toHaveLength(256);
    const ones = bits.flat().filter((bit) => bit === 1).length;
    expect(Math.abs(ones - bits.flat().length / 2)).toBeLessThan(6.2 * Math.sqrt(bits.flat().length / 4));
    for (const place of bits[0]!.keys()) expect(new Set(bits.map((each) => each[place])).size).toBe(2);
    expect(chiSquare(codes.map((code) => Buffer.from(code.replace('gh_ac_', ''), 'base64url')))).toBeLessThan(
      420,
    );
  });

  it('is refused without the right verifier, and is still good with it', async () => {
    const client = await webClient(server);
    const issued = await codeFor(client);
    const other = await codeFor(client);
    const wrong: Record<string, string | null> = {
      none: null,
      empty: '',
      'another one': newVerifier(),
      'that of another code': other.verifier,
      'the challenge itself': sha256(issued.verifier),
      'with a suffix': `${issued.verifier}a`,
      'in another case': issued.verifier.toUpperCase(),
      'with padding': `${issued.verifier}=`,
    };
    for (const [what, code_verifier] of Object.entries(wrong)) {
      const response = await redeem(client, issued, { code_verifier });
      const expected = code_verifier ? 'invalid_grant' : 'invalid_request';
      expect([what, ...refusalOf(response)]).toEqual([what, 400, expected]);
    }
    expect((await redeem(client, issued)).status).toBe(200);
  });

  it('takes verifiers of 43 to 128 unreserved characters and no other', async () => {
    const client = await webClient(server);
    const attempt = async (verifier: string): Promise<number> => {
      const { code } = await codeFor(client, { extra: { code_challenge: sha256(verifier) } });
      return (await redeem(client, { code, verifier })).status;
    };
    for (const verifier of ['a'.repeat(43), 'b'.repeat(128), `${'~._-'.repeat(11)}0`])
      expect([verifier, await attempt(verifier)]).toEqual([verifier, 200]);
    for (const verifier of ['a'.repeat(42), 'a'.repeat(129), ...'+/= é%"'].map((each) =>
      each.length === 1 ? `${'a'.repeat(43)}${each}` : each,
    ))
      expect([verifier, await attempt(verifier)]).toEqual([verifier, 400]);
    const nul = `${'a'.repeat(43)}\0`;
    expect(await attempt(nul)).toBe(400);
  });

  it('is bound to the redirect URI it was sent to, byte for byte', async () => {
    const client = await registerClient(server, {
      redirect_uris: ['https://one.example/cb', 'https://one.example/other'],
    });
    const issued = await codeFor(client);
    for (const redirect_uri of [
      'https://one.example/other',
      'https://one.example/cb/',
      'https://one.example:443/cb',
      'https://ONE.example/cb',
      'https://one.example/cb?x=1',
      'https://one.example/c%62',
    ]) {
      const response = await redeem(client, issued, { redirect_uri });
      expect([redirect_uri, ...refusalOf(response)]).toEqual([redirect_uri, 400, 'invalid_grant']);
    }
    expect((await redeem(client, issued)).status).toBe(200);
  });

  it('may be redeemed without naming the redirect URI: PKCE binds it', async () => {
    const client = await webClient(server);
    expect((await redeem(client, await codeFor(client), { redirect_uri: null })).status).toBe(200);
  });

  it('on loopback is bound to the port it was sent to', async () => {
    const client = await registerClient(server, { redirect_uris: ['http://127.0.0.1/cb'] });
    const issued = await codeFor(client, { redirectUri: 'http://127.0.0.1:5123/cb' });
    for (const redirect_uri of ['http://127.0.0.1/cb', 'http://127.0.0.1:5124/cb'])
      expect(refusalOf(await redeem(client, issued, { redirect_uri }))).toEqual([400, 'invalid_grant']);
    expect((await redeem(client, issued, { redirect_uri: 'http://127.0.0.1:5123/cb' })).status).toBe(200);
  });

  it('is bound to the resource it was asked for', async () => {
    const client = await webClient(server);
    const issued = await codeFor(client);
    const { url } = server;
    expect(refusalOf(await redeem(client, issued, { resource: `${url}/admin` }))).toEqual([
      400,
      'invalid_grant',
    ]);
    expect(refusalOf(await redeem(client, issued, { resource: 'https://other.example' }))).toEqual([
      400,
      'invalid_target',
    ]);
    expect(refusalOf(await redeem(client, issued, { resource: [`${url}/mcp`, `${url}/admin`] }))).toEqual([
      400,
      'invalid_target',
    ]);
    const twice = await redeem(client, issued, { resource: [`${url}/mcp`, `${url}/mcp/`] });
    expect(claimsOf(tokensOf(twice).access_token)['aud']).toBe(`${url}/mcp`);
  });

  it('that nobody issued is refused in the same words as one of another client', async () => {
    const client = await webClient(server);
    const foreign = await codeFor(await webClient(server));
    const unknown = { ...foreign, code: `gh_ac_${newVerifier()}` };
    const [one, two] = [await redeem(client, foreign), await redeem(client, unknown)];
    const words = (response: HttpResponse) => [
      response.status,
      { ...response.json<Record<string, string>>(), decision_id: undefined },
    ];
    expect(words(one)).toEqual(words(two));
    expect(words(one)[0]).toBe(400);
  });

  it('expires', async () => {
    const brief = await startServer({ config: { limits: ROOMY, lifetimes: { code: '2s' } } });
    const browser = await signedIn(brief);
    const client = await webClient(brief);
    const [soon, late] = [
      await freshCode(brief, client, { jar: browser }),
      await freshCode(brief, client, { jar: browser }),
    ];
    expect((await exchange(brief, client, soon.code, soon.verifier)).status).toBe(200);
    await sleep(2_200);
    expect(refusalOf(await exchange(brief, client, late.code, late.verifier))).toEqual([
      400,
      'invalid_grant',
    ]);
    // Nothing was given yet, so nothing is listed as allowed.
    expect(await grantsOf(brief, client)).toHaveLength(1);
    // A replay is recognised after the code has expired, too.
    expect(refusalOf(await exchange(brief, client, soon.code, soon.verifier))).toEqual([
      400,
      'invalid_grant',
    ]);
    expect(await events(brief, { type: 'token.reuse_detected', client_id: client.clientId })).toHaveLength(1);
  });

  it('is worth nothing when its person was disabled or its client suspended meanwhile', async () => {
    const own = await startServer({ config: { limits: ROOMY } });
    const browser = await signedIn(own);
    const [suspended, kept] = [await webClient(own), await webClient(own)];
    const one = await freshCode(own, suspended, { jar: browser });
    expect((await asOperator(own, 'POST', `/clients/${suspended.clientId}/suspend`)).status).toBe(200);
    expect(refusalOf(await exchange(own, suspended, one.code, one.verifier))).toEqual([
      401,
      'invalid_client',
    ]);
    const working = await connectIn(own, browser, { client: kept });
    const two = await freshCode(own, kept, { jar: browser });
    const { sub } = claimsOf(working.tokens.access_token);
    expect((await asOperator(own, 'POST', `/users/${String(sub)}/disable`)).status).toBe(200);
    expect(refusalOf(await exchange(own, kept, two.code, two.verifier))).toEqual([400, 'invalid_grant']);
  });
});

describe('a refresh token', () => {
  it('comes without offline_access by default, and only with it when the policy is off', async () => {
    const strict = await startServer({
      config: { limits: ROOMY, policies: { clients: { refresh_without_offline_access: false } } },
    });
    const browser = await signedIn(strict);
    const client = await webClient(strict);
    const plain = await connectIn(strict, browser, { client, scope: 'mcp:tools:read' });
    expect(plain.tokens).not.toHaveProperty('refresh_token');
    const offline = await connectIn(strict, browser, { client, scope: 'mcp:tools:read offline_access' });
    expect(offline.tokens.refresh_token).toEqual(expect.any(String));
    const lenient = await connectIn(server, jar, { scope: 'mcp:tools:read' });
    expect(lenient.tokens.refresh_token).toEqual(expect.any(String));
  });

  it('is not given to a client that did not register for it', async () => {
    const client = await webClient(server, { grant_types: ['authorization_code'] });
    const { tokens } = await connectIn(server, jar, { client, scope: 'mcp:tools:read offline_access' });
    expect(tokens).not.toHaveProperty('refresh_token');
  });
});

describe('a code of another client', () => {
  it('can be neither redeemed nor burned', async () => {
    const owner = await webClient(server);
    const issued = await codeFor(owner);
    const confidential = await confidentialClient();
    const publicOne = await webClient(server);
    for (const stranger of [confidential, publicOne])
      expect(refusalOf(await redeem(stranger, issued, { redirect_uri: owner.redirectUri }))).toEqual([
        400,
        'invalid_grant',
      ]);
    const contradicting = await redeem(confidential, issued, { client_id: owner.clientId });
    expect(refusalOf(contradicting)).toEqual([401, 'invalid_client']);
    const nobody = await post(`${server.base}/oauth2/token`, {
      form: { grant_type: 'authorization_code', code: issued.code, code_verifier: issued.verifier },
    });
    expect(refusalOf(nobody)).toEqual([401, 'invalid_client']);
    const tokens = tokensOf(await redeem(owner, issued));
    // Nor does a stranger's replay punish anybody.
    expect((await redeem(publicOne, issued)).status).toBe(400);
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
    expect(await events(server, { type: 'token.reuse_detected', client_id: owner.clientId })).toEqual([]);
  });

  it('of a confidential client needs its secret', async () => {
    const owner = await confidentialClient('client_secret_post');
    const issued = await codeFor(owner);
    expect(refusalOf(await redeem({ ...owner, authMethod: 'none' }, issued))).toEqual([
      401,
      'invalid_client',
    ]);
    expect((await redeem(owner, issued)).status).toBe(200);
  });
});

describe('a code that comes back', () => {
  it('ends everything it gave, and no other grant of the same person and client', async () => {
    const client = await webClient(server);
    const issued = await codeFor(client);
    const first = tokensOf(await redeem(client, issued));
    const second = tokensOf(await refresh(server, client, first.refresh_token!));
    const other = await connectAgain(server, { client, jar, tokens: second });
    const given: Tokens[] = [first, second];
    for (const { access_token } of given) expect(await mcpStatus(server, access_token)).toBe(200);

    const replay = await redeem(client, issued);
    expect(refusalOf(replay)).toEqual([400, 'invalid_grant']);
    for (const { access_token, refresh_token } of given) {
      expect(await mcpStatus(server, access_token)).toBe(401);
      expect(refusalOf(await refresh(server, client, refresh_token!))).toEqual([400, 'invalid_grant']);
    }
    expect(await mcpStatus(server, other.tokens.access_token)).toBe(200);
    expect((await refresh(server, client, other.tokens.refresh_token!)).status).toBe(200);

    expect(refusalOf(await redeem(client, issued))).toEqual([400, 'invalid_grant']);
    const found = await events(server, { type: 'token.reuse_detected', client_id: client.clientId });
    expect(found.map(({ outcome }) => outcome.reason_code)).toEqual(['code_replayed', 'code_replayed']);
    expect(new Set(found.map(({ grant_id }) => grant_id))).toEqual(
      new Set([claimsOf(first.access_token)['gid']]),
    );
    const grants = await grantsOf(server, client);
    expect(grants.filter(({ active }) => !active)).toHaveLength(1);
    expect(grants.find(({ active }) => !active)!.revoked_reason).toBe('code_replayed');
  });

  it('is asked for consent again instead of being let in silently', async () => {
    const client = await webClient(server);
    const issued = await codeFor(client);
    expect((await redeem(client, issued)).status).toBe(200);
    expect((await authorize(server, client, { jar })).pages).toEqual([]);
    await redeem(client, issued);
    expect((await authorize(server, client, { jar })).pages).toEqual(['/consent']);
  });

  it('ends its grant even with a wrong verifier', async () => {
    const client = await webClient(server);
    const issued = await codeFor(client);
    const tokens = tokensOf(await redeem(client, issued));
    expect((await redeem(client, issued, { code_verifier: newVerifier() })).status).toBe(400);
    expect(await mcpStatus(server, tokens.access_token)).toBe(401);
  });
});

describeOnPostgres('parallel redemptions of one code', () => {
  it('give tokens exactly once, and what they gave is dead', async () => {
    const client = await webClient(server);
    for (let round = 0; round < 5; round++) {
      const issued = await codeFor(client);
      const answers = await atOnce(50, () => redeem(client, issued));
      const successes = answers.filter(({ status }) => status === 200);
      expect(successes).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 400)).toHaveLength(49);
      const tokens = tokensOf(successes[0]!);
      expect(await mcpStatus(server, tokens.access_token)).toBe(401);
      expect(refusalOf(await refresh(server, client, tokens.refresh_token!))).toEqual([400, 'invalid_grant']);
      const { gid } = claimsOf(tokens.access_token);
      const [row] = await server.sql<{ living: string; tokens: string }>(
        `SELECT (SELECT count(*) FROM grants WHERE id = $1 AND revoked_at IS NULL) AS living,
           (SELECT count(*) FROM refresh_tokens WHERE grant_id = $1) AS tokens`,
        [gid],
      );
      expect(row).toEqual({ living: '0', tokens: '1' });
    }
  });

  it('give tokens exactly once over two replicas', async () => {
    const other = await startServer({
      database: server.databaseUrl!,
      env: { PUBLIC_URL: server.url },
      config: { limits: ROOMY },
    });
    const client = await webClient(server);
    for (let round = 0; round < 20; round++) {
      const { code, verifier } = await codeFor(client);
      const answers = await atOnce(6, (index) =>
        exchange(index % 2 ? server : other, client, code, verifier),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const { access_token } = tokensOf(answers.find(({ status }) => status === 200)!);
      expect(await mcpStatus(server, access_token)).toBe(401);
    }
  });
});
