import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { authorizeUrl, registerClient, type TestClient } from '../support/actors.js';
import { post } from '../support/http.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.js';
import { describeInChromium, findings, Listener, sideways, visit, type Visit } from './chromium.js';

const VERIFIER = 'v'.repeat(43);
const FIRST_PARTY = 'first-party';

describeInChromium('The authorization endpoint in a real browser', (browser) => {
  let server: TestServer;
  let app: Listener;
  let client: TestClient;
  let here: Visit;

  beforeAll(async () => {
    app = await Listener.start();
    const redirectUris = [`${app.origin}/callback`];
    server = await startServer({
      config: { clients: [{ clientId: FIRST_PARTY, name: 'First party', redirectUris, skipConsent: true }] },
    });
  });
  // One that nobody has allowed anything yet.
  beforeEach(async () => {
    client = await registerClient(server, { redirect_uris: [`${app.origin}/callback`] });
  });
  afterAll(() => app?.close());
  afterEach(async () => {
    const { complaints } = here;
    await here.close();
    expect(complaints).toEqual([]);
  });

  const asks = (extra: Record<string, string>, of = client): string =>
    authorizeUrl(server, of, { scope: extra['scope'] ?? 'mcp:tools:read', extra }, VERIFIER).href;

  const backAtApp = (page: Page): Promise<void> => page.waitForURL((url) => url.origin === app.origin);
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

  async function signIn(page: Page): Promise<void> {
    await page.getByLabel('Email').fill(ADMIN_EMAIL);
    await page.getByLabel('Password').fill(ADMIN_PASSWORD);
    await press(page, 'Sign in');
  }

  it('posts the answer to the app by itself', async () => {
    here = await visit(browser());
    const { page } = here;
    await page.goto(asks({ response_mode: 'form_post' }));
    await signIn(page);
    const sent = page.waitForRequest((request) => request.url() === `${app.origin}/callback`);
    await press(page, 'Allow');
    await backAtApp(page);
    const request = await sent;
    expect(request.method()).toBe('POST');
    expect(Object.fromEntries(new URLSearchParams(request.postData() ?? ''))).toMatchObject({
      code: expect.any(String),
      iss: server.url,
    });
  });

  it('posts it by a button where no script runs', async () => {
    here = await visit(browser(), { javaScriptEnabled: false });
    const { page } = here;
    await page.goto(asks({ response_mode: 'form_post' }));
    await signIn(page);
    await press(page, 'Allow');
    await press(page, 'Continue');
    await backAtApp(page);
  });

  it('lets a pushed request through the sign-in form straight to an app that nobody is asked about', async () => {
    here = await visit(browser());
    const { page } = here;
    const firstParty = { ...client, clientId: FIRST_PARTY };
    const answer = await post(`${server.base}/oauth2/par`, {
      form: new URL(asks({}, firstParty)).searchParams,
    });
    const query = new URLSearchParams({ client_id: FIRST_PARTY, request_uri: answer.json().request_uri });
    await page.goto(`${server.url}/oauth2/authorize?${query.toString()}`);
    await page.getByText('to continue to First party').waitFor();
    await signIn(page);
    await backAtApp(page);
    expect(app.received.at(-1)!.searchParams.get('code')).toEqual(expect.any(String));
    await page.goto(`${server.url}/oauth2/authorize?${query.toString()}`);
    await page.getByRole('heading', { name: 'This request has run out' }).waitFor();
  });

  it('lets a person leave something out with the keyboard alone', async () => {
    here = await visit(browser());
    const { page } = here;
    await page.goto(asks({ scope: 'mcp:tools:read email' }));
    await signIn(page);
    const box = page.getByRole('checkbox', { name: 'Leave this out: See your email address' });
    await box.focus();
    await page.keyboard.press('Space');
    expect(await box.isChecked()).toBe(true);
    await press(page, 'Allow');
    await backAtApp(page);
  });

  it.each(['light', 'dark'] as const)(
    'has pages that axe finds nothing wrong with in the %s theme',
    async (colorScheme) => {
      here = await visit(browser(), { colorScheme, viewport: { width: 360, height: 640 } });
      const { page } = here;
      const wrong: unknown[] = [];
      const look = async (name: string) => {
        for (const finding of await findings(page)) wrong.push({ page: name, ...finding });
        if ((await sideways(page)) > 0) wrong.push(`${name} is too wide`);
      };
      const stranger = await registerClient(server, {
        redirect_uris: ['https://a.very.long.host.name.example/cb'],
      });
      await page.goto(asks({ scope: 'nonsense' }, stranger));
      await page.getByText('Nobody has confirmed').waitFor();
      await look('refused request');
      await page.goto(asks({ scope: 'nonsense', response_mode: 'form_post' }, stranger));
      await look('refused request with a button');
      await page.goto(asks({ login_hint: 'ada@example.com' }));
      await look('sign-in with a hint');
      await signIn(page);
      await page.goto(asks({ prompt: 'select_account' }));
      await page.getByText('Continue as').waitFor();
      await look('choice of the account');
      await page.goto(
        asks({ scope: 'openid email profile mcp:tools:read mcp:tools:execute', prompt: 'consent' }),
      );
      await page.getByText('Leave this out').first().waitFor();
      await look('consent with boxes');
      await page.goto(asks({ scope: 'email mcp:tools:execute', prompt: 'consent' }));
      for (const box of await page.getByRole('checkbox').all()) await box.check();
      await press(page, 'Allow');
      await page.getByText('Nothing would be left').waitFor();
      await look('consent to nothing');
      expect(wrong).toEqual([]);
    },
  );

  it('has a page of an answer that axe finds nothing wrong with', async () => {
    here = await visit(browser());
    const { page } = here;
    // An answer without content leaves the page where it is.
    await page.route(`${app.origin}/**`, (route) => route.fulfill({ status: 204 }));
    await page.goto(asks({ response_mode: 'form_post' }));
    await signIn(page);
    await press(page, 'Allow');
    await page.getByRole('heading', { name: 'Back to' }).waitFor();
    expect(await findings(page)).toEqual([]);
  });
});
