import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { authorizeUrl, exchange, registerClient, tokensOf, type TestClient } from '../support/actors.js';
import { FakeOAuth2 } from '../support/fake-oauth2.js';
import { startServer, type TestServer } from '../support/server.js';
import { describeInChromium, findings, Listener, sideways, visit, type Visit } from './chromium.js';

const VERIFIER = 'v'.repeat(43);
const SECRET = 'a-secret-shared-with-the-provider';

describeInChromium('Signing in through others in a real browser', (browser) => {
  const forge = new FakeOAuth2('gatehouse', SECRET);
  let server: TestServer;
  let app: Listener;
  let client: TestClient;
  let here: Visit;
  let people = 0;

  beforeAll(async () => {
    await forge.start();
    app = await Listener.start();
    server = await startServer({
      config: {
        identityProviders: [{ id: 'github', ...forge.settings, domains: ['example.com'] }],
      },
    });
    client = await registerClient(server, { redirect_uris: [`${app.origin}/callback`] });
  });
  afterAll(async () => {
    await app?.close();
    await forge.stop();
  });
  beforeEach(() => {
    const login = `browser-${++people}`;
    const emails = [{ email: `${login}@example.com`, primary: true, verified: true }];
    forge.person = { id: people, login, name: `Browser ${people}`, emails };
  });
  afterEach(async () => {
    const { complaints } = here;
    await here.close();
    expect(complaints).toEqual([]);
  });

  const asks = (): string => authorizeUrl(server, client, { scope: 'mcp:tools:read' }, VERIFIER).href;
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const follow = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click();
  const backAtApp = (page: Page): Promise<void> => page.waitForURL((url) => url.origin === app.origin);

  it('leads from an app through the provider and the question to a code that is good', async () => {
    here = await visit(browser());
    const { page } = here;
    await page.goto(asks());
    await follow(page, 'Continue with GitHub');
    await follow(page, 'Authorize');
    await page.getByText(`browser-${people}@example.com`).first().waitFor();
    await press(page, 'Allow');
    await backAtApp(page);
    const code = app.received.at(-1)!.searchParams.get('code') ?? '';
    expect(tokensOf(await exchange(server, client, code, VERIFIER)).access_token).toEqual(expect.any(String));
  });

  it.each([true, false])('leads there by the address alone (scripts run: %s)', async (javaScriptEnabled) => {
    here = await visit(browser(), { javaScriptEnabled });
    const { page } = here;
    await page.goto(asks());
    await page.getByLabel('Email').fill('somebody@example.com');
    await press(page, 'Use my organisation’s sign-in');
    await page.waitForURL((url) => url.origin === forge.url);
    expect(new URL(page.url()).searchParams.get('login')).toBe('somebody@example.com');
    await follow(page, 'Authorize');
    await press(page, 'Allow');
    await backAtApp(page);
    expect(app.received.at(-1)!.searchParams.get('code')).toEqual(expect.any(String));
  });

  it('goes there with the Enter key when no password was typed', async () => {
    here = await visit(browser());
    const { page } = here;
    await page.goto(`${server.url}/login`);
    await page.getByLabel('Email').fill('somebody@example.com');
    await page.getByLabel('Email').press('Enter');
    await page.waitForURL((url) => url.origin === forge.url);
  });

  it.each(['light', 'dark'] as const)('has a page that everybody can use (%s)', async (colorScheme) => {
    here = await visit(browser(), { colorScheme, viewport: { width: 320, height: 640 } });
    const { page } = here;
    await page.goto(`${server.url}/login`);
    await page.getByLabel('Email').fill('somebody@elsewhere.test');
    await press(page, 'Use my organisation’s sign-in');
    await page.getByRole('alert').getByText('No sign-in is set up for this address').waitFor();
    expect(await findings(page)).toEqual([]);
    expect(await sideways(page)).toBeLessThanOrEqual(0);
    // The page on the way, kept from going on by itself.
    await page.route('**/sso/**', (route) => route.fulfill({ status: 204 }));
    await page.getByLabel('Email').fill('somebody@example.com');
    await press(page, 'Use my organisation’s sign-in');
    await page.getByRole('heading', { name: 'Continue with GitHub' }).waitFor();
    // A heading is there before the style sheet is.
    await page.waitForLoadState('load');
    expect(await findings(page)).toEqual([]);
    expect(await sideways(page)).toBeLessThanOrEqual(0);
  });
});
