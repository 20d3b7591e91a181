import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JWK, type JWTPayload } from 'jose';
import { adminCall, tokenRequest, tokensOf } from '../support/actors.js';
import { get, post, type HttpResponse } from '../support/http.js';
import { createDatabase } from '../support/postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { ROOMY } from '../oauth/harness.js';

const SECRET = 'a-long-secret-of-the-machine-0123456789abcdef';

/** A machine that gets tokens for /mcp, and limits nobody runs into. */
export const MACHINE = {
  limits: ROOMY,
  clients: [
    {
      clientId: 'machine',
      name: 'Machine',
      clientSecret: SECRET,
      grantTypes: ['client_credentials'],
      scopes: ['mcp:tools:read'],
    },
  ],
};

/** An access token for /mcp. */
export async function machineToken(server: TestServer): Promise<string> {
  const client = {
    clientId: 'machine',
    clientSecret: SECRET,
    authMethod: 'client_secret_post',
    redirectUri: '',
    registration: {},
  };
  const response = await tokenRequest(server, client, {
    grant_type: 'client_credentials',
    resource: `${server.url}/mcp`,
  });
  return tokensOf(response).access_token;
}

/** What a replica says of a token of the machine to the machine. */
export const introspect = (server: TestServer, token: string): Promise<HttpResponse> =>
  post(`${server.base}/oauth2/introspect`, {
    form: { token, client_id: 'machine', client_secret: SECRET },
  });

export const kidOf = (token: string): string => decodeProtectedHeader(token).kid!;

export interface KeySet {
  keys: (JWK & { kid: string; alg: string })[];
  maxAge: number;
}

export async function keySet(server: TestServer): Promise<KeySet> {
  const response = await get(`${server.base}/oauth2/jwks`);
  if (response.status !== 200) throw new Error(`The key set answered ${response.status}: ${response.text}`);
  const maxAge = Number(/^public, max-age=(\d+)$/.exec(response.headers['cache-control'] ?? '')?.[1]);
  return { ...response.json<{ keys: KeySet['keys'] }>(), maxAge };
}

export const kidsAt = async (server: TestServer): Promise<string[]> =>
  (await keySet(server)).keys.map(({ kid }) => kid);

/** Verifies with a key set kept exactly as long as its max-age says; a key that is not in it is unknown. */
export class CachingVerifier {
  private held: { find: ReturnType<typeof createLocalJWKSet>; until: number } | undefined;

  constructor(private readonly server: TestServer) {}

  async verify(token: string): Promise<JWTPayload> {
    if (!this.held || this.held.until <= performance.now()) {
      const { keys, maxAge } = await keySet(this.server);
      const until = performance.now() + maxAge * 1_000;
      this.held = { find: createLocalJWKSet({ keys }), until };
    }
    const { payload } = await jwtVerify(token, this.held.find, { issuer: this.server.url, typ: 'at+jwt' });
    return payload;
  }
}

/** So many processes over one database. */
export async function startReplicas(count: number, config: object): Promise<TestServer[]> {
  const options = { database: await createDatabase(), config };
  const first = await startServer(options);
  const others = Array.from({ length: count - 1 }, () =>
    startServer({ ...options, env: { PUBLIC_URL: first.url } }),
  );
  return [first, ...(await Promise.all(others))];
}

export interface ListedKey {
  kid: string;
  alg: string;
  state: 'next' | 'active' | 'retired' | 'revoked';
  published: boolean;
  public_jwk: JWK;
  living_tokens: number;
  created_at: string;
  activates_at?: string;
  activated_at?: string;
  retired_at?: string;
  published_until?: string;
  revoked_at?: string;
}

/** Newest first. */
export async function listKeys(server: TestServer): Promise<ListedKey[]> {
  const response = await adminCall(server, 'GET', '/keys');
  if (response.status !== 200) throw new Error(`The keys answered ${response.status}: ${response.text}`);
  return response.json<{ items: ListedKey[] }>().items;
}

/** Asks until it is so. @throws Error when it takes longer than so many milliseconds */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  ms = 30_000,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = await ask();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${ms} ms`);
    await sleep(100);
  }
}
