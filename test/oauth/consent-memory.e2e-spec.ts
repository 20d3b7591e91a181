import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  attemptAuthorize,
  authorize,
  registerClient,
  submitForm,
  type TestClient,
} from '../support/actors.js';
import { clientDocument, DocumentSite, selfSigned } from '../support/document-site.js';
import { formOf, textOf } from '../support/html.js';
import { get, request, type CookieJar, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { authorizeQuery, ROOMY, signedIn, webClient } from './harness.js';

let server: TestServer;
let jar: CookieJar;

beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
  jar = await signedIn(server);
});

const pages = async (client: TestClient, options = {}): Promise<string[]> =>
  (await attemptAuthorize(server, client, { jar, ...options })).pages;

async function consentPage(
  client: TestClient,
  over: Record<string, string | null> = {},
): Promise<HttpResponse> {
  const sent = await get(`${server.base}/oauth2/authorize?${authorizeQuery(server, client, over)}`, {
    cookies: jar,
  });
  return get(sent.location!, { cookies: jar });
}

/** The client changes what it says of itself. */
async function change(client: TestClient, over: Record<string, unknown>): Promise<void> {
  const { registration_access_token, registration_client_uri, ...known } = client.registration;
  const metadata: Record<string, unknown> = { ...known };
  // RFC 7592 §2.2: these are the server's to say.
  for (const name of ['client_id_issued_at', 'client_secret_expires_at']) delete metadata[name];
  const url = new URL(registration_client_uri as string);
  const answer = await request('PUT', server.base + url.pathname, {
    headers: { authorization: `Bearer ${registration_access_token as string}` },
    json: { ...metadata, ...over },
  });
  if (answer.status !== 200) throw new Error(answer.text);
  client.registration = { ...client.registration, ...answer.json<object>() };
}

describe('a yes to a client that has changed since', () => {
  it('is asked for again, once, and the page says why', async () => {
    const client = await webClient(server, { client_name: 'Calendar' });
    await authorize(server, client, { jar });
    expect(await pages(client)).toEqual([]);
    await change(client, { client_name: 'Calendar of somebody else' });
    const page = await consentPage(client);
    expect(textOf(page.text)).toContain('This app has changed since you allowed it');
    expect(textOf(page.text)).toContain('Allow Calendar of somebody else to use');
    expect(page.text).not.toContain('class="badge accent"');
    expect(await pages(client)).toEqual(['/consent']);
    expect(await pages(client)).toEqual([]);
  });

  it('is asked for again when answers may go elsewhere', async () => {
    const client = await webClient(server);
    await authorize(server, client, { jar });
    await change(client, { redirect_uris: ['https://app.example/cb', 'https://evil.test/cb'] });
    expect(await pages(client)).toEqual(['/consent']);
  });

  it('counts for nothing: what was not said again is not allowed any more', async () => {
    const client = await webClient(server);
    await authorize(server, client, { jar, scope: 'mcp:tools:execute email' });
    await change(client, { client_name: 'Another' });
    await authorize(server, client, { jar, scope: 'mcp:tools:read' });
    expect(await pages(client, { scope: 'mcp:tools:read' })).toEqual([]);
    expect(await pages(client, { scope: 'mcp:tools:read email' })).toEqual(['/consent']);
  });

  it('stays when nothing that people rely on has changed', async () => {
    const client = await webClient(server);
    await authorize(server, client, { jar });
    await change(client, { software_version: '2.0.0' });
    expect(await pages(client)).toEqual([]);
  });

  it('while the page is open is not taken: the page of now is shown', async () => {
    const client = await webClient(server, { client_name: 'Honest' });
    const page = await consentPage(client);
    await change(client, { client_name: 'Dishonest' });
    const answer = await submitForm(server, page, formOf(page.text, '/consent'), {
      cookies: jar,
      values: { decision: 'approve' },
    });
    expect([answer.status, answer.location]).toEqual([200, undefined]);
    expect(textOf(answer.text)).toContain('Allow Dishonest to use');
    const again = await submitForm(server, answer, formOf(answer.text, '/consent'), {
      cookies: jar,
      values: { decision: 'approve' },
    });
    expect(again.location!.searchParams.has('code')).toBe(true);
  });
});

describeOnPostgres('a yes from before clients had a fingerprint', () => {
  it('counts until the client changes', async () => {
    const client = await webClient(server);
    await authorize(server, client, { jar });
    const set = (sql: string) => server.sql(sql, [client.clientId]);
    await set('UPDATE consents SET client_fingerprint = NULL WHERE client_id = $1');
    expect(await pages(client)).toEqual([]);
    await set(`UPDATE clients SET updated_at = now() + interval '1 second' WHERE id = $1`);
    await sleep(1_100);
    expect(await pages(client)).toEqual(['/consent']);
  });
});

describe('a client known by its document', () => {
  let at: TestServer;
  let browser: CookieJar;
  let site: DocumentSite;

  beforeAll(async () => {
    const tls = selfSigned();
    site = await DocumentSite.start(tls);
    at = await startServer({
      env: { NODE_EXTRA_CA_CERTS: tls.cert },
      config: { limits: ROOMY, policies: { outboundLoopback: true } },
    });
    browser = await signedIn(at);
  });

  afterAll(() => site.stop());

  async function page(redirectUris: string[], redirectUri = redirectUris[0]!): Promise<string> {
    const url = site.publish({ client_name: 'Assistant', redirect_uris: redirectUris });
    expect(clientDocument(url)).toMatchObject({ client_id: url });
    const client = { clientId: url, redirectUri, authMethod: 'none', registration: {} };
    const query = authorizeQuery(at, client);
    const sent = await get(`${at.base}/oauth2/authorize?${query}`, { cookies: browser });
    return textOf((await get(sent.location!, { cookies: browser })).text);
  }

  it('shows its host as what is proved, and where the answer goes', async () => {
    const text = await page(['https://app.example/cb']);
    expect(text).toContain(`${new URL(site.origin).host} · Verified`);
    expect(text).toContain('app.example');
    expect(text).not.toContain('Not verified');
  });

  it('proves nothing on this computer: the page says what it claims, and warns', async () => {
    const text = await page(['http://127.0.0.1/cb'], 'http://127.0.0.1:5999/cb');
    expect(text).toContain('Not verified');
    expect(text).toContain(`It says that it comes from ${new URL(site.origin).host}`);
    expect(text).toContain('127.0.0.1:5999');
    expect(text).toMatch(/goes to a program on this computer/);
  });
});

describe('a remembered yes', () => {
  it('is never silent on this computer, also with the policies at their widest', async () => {
    const client = await registerClient(server, { redirect_uris: ['http://127.0.0.1/cb'] });
    expect(await pages(client)).toEqual(['/consent']);
    expect(await pages(client)).toEqual(['/consent']);
  });
});
