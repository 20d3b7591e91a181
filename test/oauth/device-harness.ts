import { clientAuthentication, submitForm, tokenRequest, type TestClient } from '../support/actors.js';
import { FakeIdp } from '../support/fake-idp.js';
import { formOf } from '../support/html.js';
import { CookieJar, get, post, type HttpResponse, type RequestOptions } from '../support/http.js';
import type { TestServer } from '../support/server.js';
import { asOperator, ROOMY } from './harness.js';

export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

/** Limits that a file full of devices does not run into. */
export const ROOMY_DEVICES = {
  ...ROOMY,
  deviceAuthorization: { points: 100_000, seconds: 60 },
  deviceUserCode: {
    account: { points: 100_000, seconds: 60 },
    address: { points: 100_000, seconds: 60 },
  },
};

/** What a device is told. */
export interface Started {
  client: TestClient;
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

/** A client that an operator made for devices. */
export async function deviceClient(
  server: TestServer,
  over: Record<string, unknown> = {},
): Promise<TestClient> {
  const made = await asOperator(server, 'POST', '/clients', {
    json: {
      name: 'Living room',
      grant_types: [DEVICE_CODE, 'refresh_token'],
      auth_method: 'none',
      ...over,
    },
  });
  if (made.status !== 201) throw new Error(`Making a client answered ${made.status}: ${made.text}`);
  const registration = made.json<Record<string, string>>();
  return {
    clientId: registration['id']!,
    ...(registration['client_secret'] && { clientSecret: registration['client_secret'] }),
    authMethod: registration['auth_method']!,
    redirectUri: '',
    registration,
  };
}

/** RFC 8628 §3.1 as `client`, whatever comes. */
export function askAsDevice(
  server: TestServer,
  client: TestClient,
  form: Record<string, string | string[]> = {},
  options: RequestOptions = {},
): Promise<HttpResponse> {
  const { headers, fields } = clientAuthentication(client);
  return post(`${server.base}/oauth2/device_authorization`, {
    ...options,
    headers: { ...headers, ...options.headers },
    form: { ...fields, ...form },
  });
}

export async function start(
  server: TestServer,
  client: TestClient,
  form: Record<string, string | string[]> = { scope: 'mcp:tools:read', resource: `${server.url}/mcp` },
): Promise<Started> {
  const response = await askAsDevice(server, client, form);
  if (response.status !== 200)
    throw new Error(`The device was answered ${response.status}: ${response.text}`);
  return { client, ...response.json<Omit<Started, 'client'>>() };
}

export const poll = (
  server: TestServer,
  { client, device_code }: Pick<Started, 'client' | 'device_code'>,
  over: Record<string, string | string[]> = {},
): Promise<HttpResponse> => tokenRequest(server, client, { grant_type: DEVICE_CODE, device_code, ...over });

/** The page for codes in a browser. */
export const openPage = (server: TestServer, jar: CookieJar, query = ''): Promise<HttpResponse> =>
  get(`${server.base}/device${query}`, { cookies: jar });

/** Types a code into the page; what comes is the page that asks for a decision, or a refusal. */
export async function type(
  server: TestServer,
  jar: CookieJar,
  userCode: string,
  headers: Record<string, string> = {},
): Promise<HttpResponse> {
  const page = await openPage(server, jar);
  const form = formOf(page.text, '/device');
  return submitForm(server, page, form, { cookies: jar, values: { user_code: userCode }, headers });
}

/** Presses a button of the page that asks for a decision. */
export const press = (
  server: TestServer,
  jar: CookieJar,
  page: HttpResponse,
  decision: string,
): Promise<HttpResponse> =>
  submitForm(server, page, formOf(page.text, '/device/decision'), { cookies: jar, values: { decision } });

/** A person reads and decides. @throws Error when the page does not say that it was done. */
export async function decide(
  server: TestServer,
  jar: CookieJar,
  { user_code }: Pick<Started, 'user_code'>,
  decision: 'approve' | 'deny' = 'approve',
): Promise<HttpResponse> {
  const done = await press(server, jar, await type(server, jar, user_code), decision);
  if (done.status !== 200) throw new Error(`The decision answered ${done.status}`);
  return done;
}

const SECRET = 'a-secret-shared-with-the-provider';

/** People beside the admin, without any role: they have accounts through a provider. */
export class Others {
  private readonly idp = new FakeIdp('gatehouse', SECRET);

  async start(): Promise<object[]> {
    await this.idp.start();
    return [
      { id: 'other', kind: 'oidc', issuer: this.idp.issuer, clientId: 'gatehouse', clientSecret: SECRET },
    ];
  }

  stop(): Promise<void> {
    return this.idp.stop();
  }

  /** A browser of somebody, who has an account from then on. */
  async signIn(server: TestServer, name: string): Promise<CookieJar> {
    const jar = new CookieJar();
    this.idp.claims = { sub: name, email: `${name}@example.com`, email_verified: true, name };
    const leaving = await get(`${server.base}/sso/other`, { cookies: jar });
    await get(this.idp.answer(leaving.location!), { cookies: jar });
    if (!jar.get('gatehouse_session')) throw new Error(`${name} could not sign in`);
    return jar;
  }
}
