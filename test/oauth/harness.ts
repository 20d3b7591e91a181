import { createHash, randomBytes } from 'node:crypto';
import {
  adminCall,
  adminToken,
  authorize,
  connect,
  exchange,
  mcpCall,
  registerClient,
  signIn,
  tokensOf,
  type AuthorizeOptions,
  type Connection,
  type TestClient,
} from '../support/actors.js';
import { CookieJar, rawRequest, type HttpResponse } from '../support/http.js';
import type { TestServer } from '../support/server.js';

/** Limits that a file full of refusals does not run into; each test of a limit sets its own. */
export const ROOMY = {
  token: {
    failed: { points: 100_000, seconds: 60, blockSeconds: 1 },
    rotations: { points: 100_000, seconds: 60 },
    address: { points: 1_000_000, seconds: 60 },
  },
  login: {
    failed: { points: 100_000, seconds: 60 },
    account: { points: 100_000, seconds: 60 },
    address: { points: 100_000, seconds: 60 },
  },
  registration: { points: 100_000, seconds: 60 },
};

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');
export const newVerifier = (): string => randomBytes(32).toString('base64url');

/** What no answer may show: stacks, statements, paths of the server. */
export const INSIDE =
  /\bat \S+ \(|node_modules|SELECT |INSERT |\.ts:\d|\.js:\d|relation "|violates|TypeError/;

export interface RawAnswer {
  status: number;
  head: string;
  headers: Record<string, string>;
  body: string;
}

/** One request exactly as written, on a connection that is closed after it; `lines` are header lines. */
export async function raw(
  server: TestServer,
  requestLine: string,
  lines: readonly string[] = [],
  body = '',
): Promise<RawAnswer> {
  const host = lines.some((line) => /^host:/i.test(line)) ? [] : [`Host: localhost:${server.port}`];
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const head = [`${requestLine} HTTP/1.1`, ...host, 'Connection: close', ...length, ...lines].join('\r\n');
  return parseAnswer(await rawRequest(server.origin, `${head}\r\n\r\n${body}`));
}

export const rawGet = (server: TestServer, target: string, lines: readonly string[] = []) =>
  raw(server, `GET ${target}`, lines);

export const rawPost = (server: TestServer, target: string, body: string, lines: readonly string[] = []) =>
  raw(server, `POST ${target}`, ['Content-Type: application/x-www-form-urlencoded', ...lines], body);

function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end);
  const [first = '', ...rest] = head.split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of rest) {
    const at = line.indexOf(':');
    headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  return { status: Number(first.split(' ')[1]), head, headers, body: end < 0 ? '' : text.slice(end + 4) };
}

/** The parameters of an authorization request that succeeds; `over` replaces, `null` leaves out. */
export function authorizeQuery(
  server: TestServer,
  client: TestClient,
  over: Record<string, string | null> = {},
): string {
  const parameters: Record<string, string | null> = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    state: 's-1',
    code_challenge: sha256('v'.repeat(43)),
    code_challenge_method: 'S256',
    resource: `${server.url}/mcp`,
    ...over,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== null) query.append(name, value);
  return query.toString();
}

/** A browser in which the admin is signed in. */
export async function signedIn(server: TestServer): Promise<CookieJar> {
  const jar = new CookieJar();
  await signIn(server, jar);
  return jar;
}

export const cookieLine = (server: TestServer, jar: CookieJar): string =>
  `Cookie: ${jar.header(new URL(server.origin)) ?? ''}`;

/** A client that answers at https: its remembered consent is silent. */
export const webClient = (server: TestServer, over: Record<string, unknown> = {}): Promise<TestClient> =>
  registerClient(server, { redirect_uris: ['https://app.example/cb'], ...over });

/** A code, with everything needed to redeem it. */
export async function freshCode(
  server: TestServer,
  client: TestClient,
  options: AuthorizeOptions = {},
): Promise<{ code: string; verifier: string }> {
  const { code, verifier } = await authorize(server, client, options);
  return { code, verifier };
}

/** Another grant of the same client: another installation. */
export async function connectAgain(server: TestServer, { client, jar }: Connection): Promise<Connection> {
  const { code, verifier } = await authorize(server, client, { jar });
  return { client, jar, tokens: tokensOf(await exchange(server, client, code, verifier)) };
}

/** Everything from nothing, in a browser that is signed in. */
export const connectIn = (
  server: TestServer,
  jar: CookieJar,
  options: AuthorizeOptions & { client?: TestClient } = {},
): Promise<Connection> => connect(server, { jar, ...options });

export const mcpStatus = async (server: TestServer, token: string): Promise<number> =>
  (await mcpCall(server, token, 'tools/list')).status;

export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

/** Status and error code of an OAuth answer. */
export const refusalOf = (response: HttpResponse): [number, string | undefined] => [
  response.status,
  response.json<{ error?: string }>().error,
];

export interface AuditEvent {
  event_id: string;
  type: string;
  outcome: { result: string; reason_code?: string; http_status?: number };
  actor: { type: string; id?: string };
  client_id?: string;
  grant_id?: string;
  user_id?: string;
  session_id?: string;
  details?: Record<string, unknown>;
}

const operators = new WeakMap<TestServer, { token: Promise<string>; until: number }>();

/** A token of an operator, made once in a while for each server. */
export function operator(server: TestServer): Promise<string> {
  const known = operators.get(server);
  if (known && known.until > Date.now()) return known.token;
  const token = adminToken(server);
  operators.set(server, { token, until: Date.now() + 300_000 });
  return token;
}

/** When what ends ends the operator's token, too. */
export const forgetOperator = (server: TestServer): boolean => operators.delete(server);

export const asOperator = async (server: TestServer, method: string, path: string, options = {}) =>
  adminCall(server, method, path, { token: await operator(server), ...options });

/** Audit events, newest first. */
export async function events(server: TestServer, filter: Record<string, string>): Promise<AuditEvent[]> {
  const response = await asOperator(
    server,
    'GET',
    `/audit/events?${new URLSearchParams({ limit: '100', ...filter }).toString()}`,
  );
  if (response.status !== 200)
    throw new Error(`The audit trail answered ${response.status}: ${response.text}`);
  return response.json<{ items: AuditEvent[] }>().items;
}

/** Grants of a client that were taken up, ended or not. */
export async function grantsOf(
  server: TestServer,
  client: TestClient,
): Promise<{ id: string; active: boolean; revoked_reason?: string; scopes: string[] }[]> {
  const path = `/grants?limit=200&client_id=${encodeURIComponent(client.clientId)}`;
  return (await asOperator(server, 'GET', path)).json().items;
}

/** Runs `count` of the same at once. */
export const atOnce = <T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));
