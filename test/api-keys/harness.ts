import { randomUUID } from 'node:crypto';
import { adminCall, signIn } from '../support/actors.js';
import { formOf, formsOf } from '../support/html.js';
import { CookieJar, get, post, type HttpResponse } from '../support/http.js';
import { callTool, mcpCall, type McpAnswer } from '../support/mcp.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type TestServer } from '../support/server.js';
import { asOperator, ROOMY } from '../oauth/harness.js';

/** Everybody may hold keys. */
export const TAKES_KEYS = { resources: [{ id: 'mcp', apiKeys: ['people', 'services'] }] };

/** Limits that a file full of refusals does not run into. */
export const NO_LIMIT = { ...ROOMY, apiKeys: { failed: { points: 100_000, seconds: 60 } } };

export interface MadeKey {
  id: string;
  api_key: string;
  name: string;
  scopes: string[];
  expires_at: string;
  etag: string;
}

/** One JSON-RPC request with a key in place of a token. */
export const withKey = (
  server: TestServer,
  key: string | string[],
  method = 'tools/list',
  params: object = {},
): Promise<McpAnswer> => mcpCall(server, { headers: { 'x-api-key': key as string } }, method, params);

export const toolWithKey = (
  server: TestServer,
  key: string,
  name: string,
  args: object = {},
): Promise<McpAnswer> => callTool(server, { headers: { 'x-api-key': key } }, name, args);

/** A client that proves who it is and acts for itself. */
export async function newService(
  server: TestServer,
  scopes: string[] = ['mcp:tools:read', 'mcp:tools:execute'],
  over: object = {},
): Promise<string> {
  const json = {
    name: `Service ${randomUUID()}`,
    grant_types: ['client_credentials'],
    auth_method: 'client_secret_basic',
    scopes,
    allowed_scopes: scopes,
    ...over,
  };
  const made = await asOperator(server, 'POST', '/clients', { json });
  if (made.status !== 201) throw new Error(`Making a client answered ${made.status}: ${made.text}`);
  return made.json<{ id: string }>().id;
}

export const askForKey = (server: TestServer, json: object, headers = {}): Promise<HttpResponse> =>
  asOperator(server, 'POST', '/api-keys', { json, headers });

/** @throws Error with the refusal */
export async function serviceKey(
  server: TestServer,
  clientId: string,
  over: { name?: string; scopes?: string[]; expires_in?: string } = {},
): Promise<MadeKey> {
  const made = await askForKey(server, {
    client_id: clientId,
    name: 'Nightly report',
    scopes: ['mcp:tools:read'],
    ...over,
  });
  if (made.status !== 201) throw new Error(`Making a key answered ${made.status}: ${made.text}`);
  return { ...made.json<MadeKey>(), etag: String(made.headers['etag']) };
}

/** A browser in which somebody has just signed in. */
export async function browserOf(
  server: TestServer,
  email = ADMIN_EMAIL,
  password = ADMIN_PASSWORD,
): Promise<CookieJar> {
  const jar = new CookieJar();
  await signIn(server, jar, email, password);
  return jar;
}

export const keysPage = (server: TestServer, jar: CookieJar): Promise<HttpResponse> =>
  get(`${server.base}/account/api-keys`, { cookies: jar });

/** What the page answers to its own form, filled in. */
export async function fillIn(
  server: TestServer,
  jar: CookieJar,
  fields: { name?: string; scope?: string | string[]; days?: string } = {},
): Promise<HttpResponse> {
  const page = await keysPage(server, jar);
  const form = formOf(page.text, ({ action }) => action.endsWith('/account/api-keys'));
  const { name = 'My script', scope = 'mcp:tools:read', days = '30' } = fields;
  return post(`${server.base}/account/api-keys`, {
    cookies: jar,
    form: { csrf: form.hidden['csrf'] ?? '', name, scope, days },
    headers: { origin: server.url },
  });
}

export const keyIn = (page: HttpResponse): string => {
  const [key] = /gh_key_[A-Za-z0-9_-]{43}[0-9a-f]{8}/.exec(page.text) ?? [];
  if (key === undefined) throw new Error(`No key was shown: ${page.status} ${page.text.slice(0, 500)}`);
  return key;
};

/** A key of whoever is signed in, made on their page. */
export async function ownKey(
  server: TestServer,
  jar: CookieJar,
  fields: Parameters<typeof fillIn>[2] = {},
): Promise<string> {
  return keyIn(await fillIn(server, jar, fields));
}

export const revokeForms = (page: HttpResponse): { id: string; csrf: string }[] =>
  formsOf(page.text)
    .filter(({ action }) => action.endsWith('/account/api-keys/revoke'))
    .map(({ hidden }) => ({ id: hidden['id'] ?? '', csrf: hidden['csrf'] ?? '' }));

/** The id of a key that somebody holds, as operators find it. */
export async function idOf(server: TestServer, key: string): Promise<string> {
  const found = await adminCall(server, 'POST', '/tokens/lookup', { json: { token: key } });
  return found.json<{ jti: string }>().jti;
}
