import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { authorizeUrl, exchange, registerClient, tokensOf, type TestClient } from '../support/actors.js';
import { startOidcPeer, type OidcPeer } from '../support/oidc-peer.js';
import { freePort } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { mcpStatus } from '../oauth/harness.js';
import { describeInChromium, Listener, visit, type Visit } from './chromium.js';

const VERIFIER = 'v'.repeat(43);
const SECRET = 'a-secret-shared-with-the-provider';

describeInChromium('Signing in through a company’s OpenID provider in a real browser', (browser) => {
  let server: TestServer;
  let peer: OidcPeer;
  let app: Listener;
  let client: TestClient;
  let here: Visit;
  let page: Page;

  beforeAll(async () => {
    const port = await freePort();
    const ours = `http://localhost:${port}/sso/corporate`;
    [app, peer] = await Promise.all([
      Listener.start(),
      startOidcPeer({
        id: 'gatehouse',
        secret: SECRET,
        redirectUris: [`${ours}/callback`],
        backchannelLogoutUri: `${ours}/backchannel-logout`,
      }),
    ]);
    const provider = { id: 'corporate', kind: 'oidc', name: 'Corporate', issuer: peer.issuer };
    const known = { clientId: 'gatehouse', clientSecret: SECRET, domains: ['example.org'] };
    server = await startServer({ port, config: { identityProviders: [{ ...provider, ...known }] } });
    client = await registerClient(server, { redirect_uris: [`${app.origin}/callback`] });
  });
  afterAll(() => app?.close());
  afterEach(async () => {
    const { complaints } = here;
    await here.close();
    // The company's own pages ask for a font from elsewhere.
    expect(complaints.filter((complaint) => !complaint.startsWith(peer.issuer))).toEqual([]);
  });

  async function open(): Promise<void> {
    here = await visit(browser());
    page = here.page;
  }
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const atTheProvider = (): Promise<void> => page.waitForURL((url) => url.origin === peer.issuer);

  /** From the app through our page, the company's and the question, back to the app. */
  async function connect(employee: string): Promise<string> {
    await page.goto(authorizeUrl(server, client, { scope: 'mcp:tools:read' }, VERIFIER).href);
    await page.getByLabel('Email').fill(`${employee}@example.org`);
    await page.getByLabel('Email').press('Enter');
    await atTheProvider();
    await page.getByLabel('Employee').fill(employee);
    await press('Sign in');
    await page.getByText(`${employee}@example.org`).first().waitFor();
    await press('Allow');
    await page.waitForURL((url) => url.origin === app.origin);
    const code = app.received.at(-1)!.searchParams.get('code') ?? '';
    return tokensOf(await exchange(server, client, code, VERIFIER)).access_token;
  }

  it('leads from an app by the address alone through the company to a token that works', async () => {
    await open();
    expect(await mcpStatus(server, await connect('grace'))).toBe(200);
    await page.goto(`${server.url}/account`);
    await page.getByText('grace@example.org').first().waitFor();
  });

  it('is over here, and for the app, when they sign out there', async () => {
    await open();
    const token = await connect('edith');
    await page.goto(`${peer.issuer}/session/end`);
    await page.getByRole('button', { name: /sign me out/i }).click();
    await page.waitForURL(/\/session\/end\/success/);
    await page.goto(`${server.url}/account`);
    expect(new URL(page.url()).pathname).toBe('/login');
    expect(await mcpStatus(server, token)).toBe(401);
  });

  it('comes back with a word when they change their mind there', async () => {
    await open();
    await page.goto(`${server.url}/login`);
    await page.getByRole('link', { name: 'Continue with Corporate' }).click();
    await atTheProvider();
    await press('Cancel');
    await page.waitForURL((url) => url.origin === server.url);
    await page.getByRole('alert').first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/login');
  });
});
