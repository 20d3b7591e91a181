import { createHash, randomBytes } from 'node:crypto';
import { formOf, formsOf, textOf, type HtmlForm } from './html.js';
import { CookieJar, get, post, request, type HttpResponse, type RequestOptions } from './http.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, OPS_CLIENT_ID, OPS_CLIENT_SECRET, type TestServer } from './server.js';

export interface TestClient {
  clientId: string;
  clientSecret?: string;
  /** How it authenticates at the token endpoint. */
  authMethod: string;
  redirectUri: string;
  /** The whole answer of the registration. */
  registration: Record<string, unknown>;
}

export interface Tokens {
  access_token: string;
  token_type: string;
  expires_in: number;
  scope: string;
  refresh_token?: string;
  id_token?: string;
}

let callbackPort = 42_000;

/** RFC 7591: a native app on loopback, as most MCP clients register; `overrides` replace single members. */
export async function registerClient(
  server: TestServer,
  overrides: Record<string, unknown> = {},
): Promise<TestClient> {
  const metadata = {
    client_name: 'Test client',
    redirect_uris: [`http://127.0.0.1:${callbackPort++}/callback`],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    ...overrides,
  };
  const response = await post(`${server.base}/oauth2/register`, { json: metadata });
  if (response.status !== 201) throw new Error(`Registration answered ${response.status}: ${response.text}`);
  const registration = response.json<Record<string, unknown>>();
  const secret = registration['client_secret'];
  return {
    clientId: String(registration['client_id']),
    ...(typeof secret === 'string' && { clientSecret: secret }),
    authMethod: registration['token_endpoint_auth_method'] as string,
    redirectUri: (registration['redirect_uris'] as string[])[0] ?? '',
    registration,
  };
}

/** Signs in at /login. @throws Error when the page is shown again. */
export async function signIn(
  server: TestServer,
  jar: CookieJar,
  email: string = ADMIN_EMAIL,
  password: string = ADMIN_PASSWORD,
): Promise<HttpResponse> {
  const response = await attemptSignIn(server, jar, { email, password });
  if (response.status < 300 || response.status > 399) {
    throw new Error(
      `Signing in as ${email} answered ${response.status}: ${textOf(response.text).slice(0, 300)}`,
    );
  }
  return response;
}

/** Submits the form at /login and answers whatever comes, refusals too. */
export async function attemptSignIn(
  server: TestServer,
  jar: CookieJar,
  {
    email = ADMIN_EMAIL,
    password = ADMIN_PASSWORD,
    returnTo,
  }: { email?: string; password?: string; returnTo?: string } = {},
): Promise<HttpResponse> {
  const url = new URL(`${server.base}/login`);
  if (returnTo !== undefined) url.searchParams.set('return_to', returnTo);
  const page = await get(url, { cookies: jar });
  const form = formOf(page.text, hasPassword);
  return submitForm(server, page, form, { cookies: jar, values: { email, password } });
}

/** What a browser sends when a form of a page is submitted: every field found, `values` over them, and the button. */
export async function submitForm(
  server: TestServer,
  page: HttpResponse,
  form: HtmlForm,
  {
    cookies,
    values = {},
    headers = {},
  }: { cookies: CookieJar; values?: Record<string, string>; headers?: Record<string, string> },
): Promise<HttpResponse> {
  const kept = form.fields.filter(([name]) => !(name in values));
  const fields = [...kept, ...Object.entries(values)];
  const target = here(server, new URL(form.action || page.url, page.url));
  if (form.method === 'get') {
    for (const [name, value] of fields) target.searchParams.append(name, value);
    return get(target, { cookies, headers });
  }
  return post(target, { cookies, form: fields, headers: { origin: new URL(server.url).origin, ...headers } });
}

export interface AuthorizeOptions {
  /** A browser; without it a new one, in which the admin signs in when asked. */
  jar?: CookieJar;
  scope?: string;
  /** Default: the MCP resource. `null` leaves it out. */
  resource?: string | null;
  decision?: 'approve' | 'deny';
  email?: string;
  password?: string;
  redirectUri?: string;
  state?: string;
  /** Default: `/oauth2/authorize`. */
  path?: string;
  /** More parameters, or `null` to leave one of the usual ones out. */
  extra?: Record<string, string | string[] | null>;
}

export interface Authorized {
  code: string;
  state: string | undefined;
  iss: string | undefined;
  verifier: string;
  redirectUri: string;
  jar: CookieJar;
  /** Paths of the pages that were shown on the way, such as `/login` and `/consent`. */
  pages: string[];
}

export interface AuthorizeRefusal {
  /** The OAuth error sent to the client, or undefined when a page told the person instead. */
  error: string | undefined;
  errorDescription: string | undefined;
  state: string | undefined;
  iss: string | undefined;
  /** The last answer. */
  response: HttpResponse;
  pages: string[];
}

/** Gets a code: authorize, sign in, consent. @throws Error when it is refused. */
export async function authorize(
  server: TestServer,
  client: TestClient,
  options: AuthorizeOptions = {},
): Promise<Authorized> {
  const outcome = await attemptAuthorize(server, client, options);
  if ('code' in outcome) return outcome;
  const { error, errorDescription, response, pages } = outcome;
  const said = error
    ? `${error}: ${errorDescription}`
    : `${response.status} ${textOf(response.text).slice(0, 300)}`;
  throw new Error(`Authorization was refused after ${pages.join(', ') || 'no page'}: ${said}`);
}

/** The same, answering the refusal instead of throwing it. */
export async function attemptAuthorize(
  server: TestServer,
  client: TestClient,
  options: AuthorizeOptions = {},
): Promise<Authorized | AuthorizeRefusal> {
  const jar = options.jar ?? new CookieJar();
  const verifier = randomBytes(32).toString('base64url');
  const redirectUri = options.redirectUri ?? client.redirectUri;
  const url = authorizeUrl(server, client, { ...options, redirectUri }, verifier);
  const { response, pages } = await walk(server, url, redirectUri, { ...options, jar });
  return outcomeOf(response, { verifier, redirectUri, jar, pages });
}

/** Goes from page to page, filling in forms, until the browser is sent back to the client or nothing goes on. */
export async function walk(
  server: TestServer,
  url: URL,
  redirectUri: string,
  options: AuthorizeOptions & { jar: CookieJar },
): Promise<{ response: HttpResponse; pages: string[] }> {
  const { jar } = options;
  const pages: string[] = [];
  let response = await get(url, { cookies: jar });
  for (let step = 0; step < 15; step++) {
    if (response.location) {
      if (isBackAtClient(response.location, redirectUri)) break;
      response = await get(here(server, response.location), { cookies: jar });
      continue;
    }
    const next = nextForm(response, options);
    if (!next) break;
    pages.push(new URL(response.url).pathname);
    // The same page again means that what was filled in was refused.
    if (pages.length > 1 && pages.at(-1) === pages.at(-2)) break;
    response = await submitForm(server, response, next.form, { cookies: jar, values: next.values });
  }
  return { response, pages };
}

/** The URL that a client sends a browser to. */
export function authorizeUrl(
  server: TestServer,
  client: TestClient,
  options: AuthorizeOptions,
  verifier: string,
): URL {
  const resource = options.resource === undefined ? `${server.url}/mcp` : options.resource;
  const parameters: Record<string, string | string[] | null> = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: options.redirectUri ?? client.redirectUri,
    state: options.state ?? randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(options.scope !== undefined && { scope: options.scope }),
    ...(resource !== null && { resource }),
    ...options.extra,
  };
  const url = new URL(server.base + (options.path ?? '/oauth2/authorize'));
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of value === null ? [] : [value].flat()) url.searchParams.append(name, one);
  }
  return url;
}

/** authorization_code with the client's own redirect URI; `tokenRequest` takes anything else. */
export function exchange(
  server: TestServer,
  client: TestClient,
  code: string,
  verifier: string,
): Promise<HttpResponse> {
  return tokenRequest(server, client, {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: client.redirectUri,
  });
}

/** refresh_token */
export function refresh(
  server: TestServer,
  client: TestClient,
  refreshToken: string,
  extra: Record<string, string | string[]> = {},
): Promise<HttpResponse> {
  return tokenRequest(server, client, { grant_type: 'refresh_token', refresh_token: refreshToken, ...extra });
}

/** A request to the token endpoint as `client`, authenticated the way it registered. */
export function tokenRequest(
  server: TestServer,
  client: TestClient,
  form: Record<string, string | string[]>,
  more: Record<string, string> = {},
): Promise<HttpResponse> {
  const { headers, fields } = clientAuthentication(client);
  return post(`${server.base}/oauth2/token`, {
    headers: { ...headers, ...more },
    form: { ...fields, ...form },
  });
}

/** The tokens of an answer. @throws Error with the refusal. */
export function tokensOf(response: HttpResponse): Tokens {
  if (response.status !== 200)
    throw new Error(`The token endpoint answered ${response.status}: ${response.text}`);
  return response.json<Tokens>();
}

export interface Connection {
  client: TestClient;
  tokens: Tokens;
  jar: CookieJar;
}

/** Everything from nothing: registers a client, signs in, consents, exchanges the code. */
export async function connect(
  server: TestServer,
  options: AuthorizeOptions & { client?: TestClient } = {},
): Promise<Connection> {
  const client = options.client ?? (await registerClient(server));
  const { code, verifier, jar, redirectUri } = await authorize(server, client, options);
  const response = await exchange(server, { ...client, redirectUri }, code, verifier);
  return { client, tokens: tokensOf(response), jar };
}

/** The confidential client that the first start made. */
export function opsClient(): TestClient {
  return {
    clientId: OPS_CLIENT_ID,
    clientSecret: OPS_CLIENT_SECRET,
    authMethod: 'client_secret_basic',
    redirectUri: '',
    registration: {},
  };
}

/** An access token for /admin by client_credentials; without `scope` everything the client may have. */
export async function adminToken(server: TestServer, scope?: string): Promise<string> {
  const response = await tokenRequest(server, opsClient(), {
    grant_type: 'client_credentials',
    resource: `${server.url}/admin`,
    ...(scope !== undefined && { scope }),
  });
  return tokensOf(response).access_token;
}

const withTwoAdmins = new WeakSet<TestServer>();

/** Nobody can disable the only admin: a directory brings another one, who never signs in. */
export async function anotherAdmin(server: TestServer): Promise<void> {
  if (withTwoAdmins.has(server)) return;
  withTwoAdmins.add(server);
  const made = await adminCall(server, 'POST', '/scim-tokens', { json: { note: 'Another admin' } });
  const userName = `another-admin-${randomBytes(4).toString('hex')}@elsewhere.test`;
  const person = await post(`${server.base}/scim/v2/Users`, {
    headers: { authorization: `Bearer ${made.json().token}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName, active: true }),
  });
  await adminCall(server, 'PATCH', `/users/${person.json().id}`, { json: { roles: ['admin'] } });
}

/** A request to the admin API with a token of its own or the one given. */
export async function adminCall(
  server: TestServer,
  method: string,
  path: string,
  options: RequestOptions & {
    token?: string;
    /** Who is disabled is so without another admin being brought in first. */
    amongFewAdmins?: boolean;
  } = {},
): Promise<HttpResponse> {
  const { token, amongFewAdmins = false, ...rest } = options;
  if (!amongFewAdmins && /^\/users\/[^/]+\/disable$/.test(path)) await anotherAdmin(server);
  const authorization = `Bearer ${token ?? (await adminToken(server))}`;
  return request(method, `${server.base}/admin/v1${path}`, {
    ...rest,
    headers: { authorization, ...rest.headers },
  });
}

const hasPassword = (form: HtmlForm): boolean => form.inputs.some((input) => input.type === 'password');

/** A page asks for a password, or for a decision, or nothing that these actors can answer. */
function nextForm(
  page: HttpResponse,
  options: AuthorizeOptions,
): { form: HtmlForm; values: Record<string, string> } | undefined {
  const decision = options.decision ?? 'approve';
  for (const form of formsOf(page.text)) {
    if (hasPassword(form)) {
      return {
        form,
        values: { email: options.email ?? ADMIN_EMAIL, password: options.password ?? ADMIN_PASSWORD },
      };
    }
    if (form.buttons.some((button) => button.name === 'decision' && button.value === decision))
      return { form, values: { decision } };
  }
  return undefined;
}

function outcomeOf(
  response: HttpResponse,
  known: Pick<Authorized, 'verifier' | 'redirectUri' | 'jar' | 'pages'>,
): Authorized | AuthorizeRefusal {
  const answer = response.location?.searchParams ?? new URLSearchParams();
  const [code, state, iss, error, description] = ['code', 'state', 'iss', 'error', 'error_description'].map(
    (name) => answer.get(name) ?? undefined,
  );
  if (code !== undefined) return { code, state, iss, ...known };
  return { error, errorDescription: description, state, iss, response, pages: known.pages };
}

function isBackAtClient(location: URL, redirectUri: string): boolean {
  const wanted = new URL(redirectUri);
  return (
    location.protocol === wanted.protocol &&
    location.host === wanted.host &&
    location.pathname === wanted.pathname
  );
}

/** The same URL at this very process: pages may send a browser to `PUBLIC_URL`, which another replica may serve. */
function here(server: TestServer, url: URL): URL {
  if (url.origin !== new URL(server.url).origin) return url;
  return new URL(url.pathname + url.search, server.origin);
}

/** RFC 6749 §2.3.1: the parts of Basic are form-encoded first. */
export function clientAuthentication(client: TestClient): {
  headers: Record<string, string>;
  fields: Record<string, string>;
} {
  if (client.clientSecret === undefined || client.authMethod === 'none')
    return { headers: {}, fields: { client_id: client.clientId } };
  if (client.authMethod === 'client_secret_post') {
    return { headers: {}, fields: { client_id: client.clientId, client_secret: client.clientSecret } };
  }
  const pair = [client.clientId, client.clientSecret]
    .map((part) => encodeURIComponent(part).replaceAll('%20', '+'))
    .join(':');
  return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, fields: {} };
}

export { callTool, mcpCall } from './mcp.js';
