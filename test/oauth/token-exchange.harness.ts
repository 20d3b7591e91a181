import { connect, tokenRequest, tokensOf, type TestClient, type Tokens } from '../support/actors.js';
import { CookieJar, post, type HttpResponse } from '../support/http.js';
import type { TestServer } from '../support/server.js';
import { ROOMY, signedIn, webClient } from './harness.js';

export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
export const ORDERS = 'https://orders.example/api';
export const STOCK = 'https://stock.example/api';
export const SEALED = 'https://sealed.example/api';

const SECRET = 'a-secret-of-a-service-in-a-test';
const MACHINE = [EXCHANGE, 'client_credentials'];

/** Services that call each other for a person, and the resources they stand for. */
export const EXCHANGE_CONFIG = {
  limits: ROOMY,
  scopes: ['orders:read', 'orders:write', 'stock:read'].map((name) => ({ name, sentence: `Use ${name}` })),
  resources: [
    { id: 'mcp', introspection: ['gateway', 'chained'] },
    { id: ORDERS, scopes: ['orders:read', 'orders:write'], introspection: ['gateway', 'orders'] },
    { id: STOCK, scopes: ['stock:read', 'orders:read'], introspection: ['stock'] },
    { id: SEALED, scopes: ['orders:read'], format: 'opaque', introspection: ['stock'] },
  ],
  clients: [
    service('gateway', ['mcp:tools:read', 'mcp:tools:execute', 'orders:read', 'orders:write', 'openid']),
    service('orders', ['orders:read', 'stock:read', 'mcp:tools:read']),
    service('stock', ['orders:read', 'stock:read', 'mcp:tools:read']),
    service('chained', ['mcp:tools:read']),
    service('stranger', ['orders:read', 'stock:read', 'mcp:tools:read']),
    { ...service('worker', ['mcp:tools:read']), grantTypes: ['client_credentials'] },
  ],
};

function service(clientId: string, scopes: string[]): Record<string, unknown> {
  return { clientId, name: clientId, clientSecret: SECRET, grantTypes: MACHINE, scopes };
}

export const serviceClient = (clientId: string): TestClient => ({
  clientId,
  clientSecret: SECRET,
  authMethod: 'client_secret_basic',
  redirectUri: '',
  registration: {},
});

export interface Person {
  readonly client: TestClient;
  readonly tokens: Tokens;
}

/** A person who allowed an app something at a resource. */
export async function personAt(
  server: TestServer,
  { resource = `${server.url}/mcp`, scope = 'mcp:tools:read mcp:tools:execute', jar }: PersonOptions = {},
): Promise<Person> {
  const client = await webClient(server);
  return connect(server, { client, jar: jar ?? (await signedIn(server)), scope, resource });
}

export interface PersonOptions {
  resource?: string;
  scope?: string;
  jar?: CookieJar;
}

export function exchangeRequest(
  server: TestServer,
  by: string | TestClient,
  subject: string,
  form: Record<string, string | string[]> = {},
): Promise<HttpResponse> {
  const client = typeof by === 'string' ? serviceClient(by) : by;
  return tokenRequest(server, client, {
    grant_type: EXCHANGE,
    subject_token: subject,
    subject_token_type: ACCESS_TOKEN,
    ...form,
  });
}

/** The access token that comes of it. */
export const exchanged = async (...args: Parameters<typeof exchangeRequest>): Promise<string> =>
  tokensOf(await exchangeRequest(...args)).access_token;

/** What the introspection endpoint says of a token to a service that may ask. */
export async function introspected(
  server: TestServer,
  by: string,
  token: string,
): Promise<Record<string, unknown>> {
  const { clientId, clientSecret } = serviceClient(by);
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const response = await post(`${server.base}/oauth2/introspect`, {
    headers: { authorization: `Basic ${basic}` },
    form: { token },
  });
  return response.json();
}
