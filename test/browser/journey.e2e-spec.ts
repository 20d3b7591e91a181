import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { authorizeUrl, exchange, registerClient, type TestClient } from '../support/actors.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.js';
import { describeInChromium, focusOutline, Listener, visit, type Visit } from './chromium.js';

const VERIFIER = 'v'.repeat(43);
const FIRST_PARTY = 'first-party';

describeInChromium('In a real browser', (browser) => {
  let server: TestServer;
  let app: Listener;
  let client: TestClient;
  let name = '';
  let names = 0;
  let here: Visit;
  let page: Page;

  beforeAll(async () => {
    app = await Listener.start();
    const firstParty = {
      clientId: FIRST_PARTY,
      name: 'First party',
      redirectUris: [`${app.origin}/callback`],
      scopes: ['mcp:tools:read'],
      skipConsent: true,
    };
    server = await startServer({ config: { clients: [firstParty] } });
  });
  afterAll(() => app?.close());

  beforeEach(async () => {
    name = `Notes app ${++names}`;
    client = await registerClient(server, {
      client_name: name,
      redirect_uris: [`${app.origin}/callback`],
    });
    await open();
  });
  afterEach(async () => {
    const { complaints } = here;
    await here.close();
    expect(complaints).toEqual([]);
  });

  async function open(options: Parameters<typeof visit>[1] = {}): Promise<void> {
    here = await visit(browser(), options);
    page = here.page;
  }

  const asks = (scope = 'mcp:tools:read', of = client): string =>
    authorizeUrl(server, of, { scope, state: 'the-state' }, VERIFIER).href;

  const pathOf = (): string => new URL(page.url()).pathname;
  const backAtApp = (): Promise<void> => page.waitForURL((url) => url.origin === app.origin);
  /** The app makes something of the answer; a code that nobody redeems gives no access. */
  const redeem = async (): Promise<void> => {
    expect((await exchange(server, client, lastAnswer()['code'] ?? '', VERIFIER)).status).toBe(200);
  };
  const lastAnswer = () => Object.fromEntries(app.received.at(-1)?.searchParams ?? []);
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });

  /** Of the app on the account page. */
  const card = (): Locator => page.locator('article').filter({ hasText: name });

  async function signIn(): Promise<void> {
    await page.getByLabel('Email').fill(ADMIN_EMAIL);
    await page.getByLabel('Password').fill(ADMIN_PASSWORD);
    await button('Sign in').click();
  }

  /** Presses Tab until this has the focus, and checks that every stop on the way can be seen. */
  async function tabTo(target: Locator): Promise<void> {
    for (let presses = 0; presses < 25; presses++) {
      await page.keyboard.press('Tab');
      expect(await focusOutline(page)).toBe('solid 2px');
      if ((await target.and(page.locator(':focus')).count()) > 0) return;
    }
    throw new Error('It cannot be reached with the keyboard');
  }

  it('a person gets from sign-in to the end of an access with nothing but the keyboard', async () => {
    await page.goto(asks());
    await page.getByLabel('Email').and(page.locator(':focus')).waitFor();
    await page.keyboard.type(ADMIN_EMAIL);
    await tabTo(page.getByLabel('Password'));
    await page.keyboard.type(ADMIN_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Allow ${name} to use` }).waitFor();

    await tabTo(page.getByText('4 tools'));
    await page.keyboard.press('Enter');
    await page.getByText('List notes').waitFor();
    await tabTo(button('Deny'));
    await tabTo(button('Allow'));
    await page.keyboard.press('Enter');
    await backAtApp();
    expect(lastAnswer()).toEqual({ code: expect.any(String), state: 'the-state', iss: server.url });
    await redeem();

    await page.goto(`${server.url}/account`);
    await tabTo(card().locator('summary'));
    await page.keyboard.press('Enter');
    await card().getByText('loses everything listed above at once').waitFor();
    await tabTo(button(`End access for ${name}`));
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText(`${name} no longer has access.`).waitFor();
    expect(pathOf()).toBe('/account');
    expect(await card().count()).toBe(0);
  });

  it('the redirect after the consent form reaches the app, whether the answer is yes or no', async () => {
    await page.goto(asks());
    await signIn();
    await button('Deny').click();
    await backAtApp();
    expect(lastAnswer()).toMatchObject({ error: 'access_denied', state: 'the-state', iss: server.url });

    await page.goto(asks());
    await button('Allow').click();
    await backAtApp();
    expect(lastAnswer()).toMatchObject({ code: expect.any(String), state: 'the-state', iss: server.url });
  });

  it('the redirect after the login form reaches an app for which nobody has to be asked', async () => {
    const before = app.received.length;
    await page.goto(asks('mcp:tools:read', { ...client, clientId: FIRST_PARTY }));
    await signIn();
    await backAtApp();
    expect(app.received.length).toBe(before + 1);
    expect(lastAnswer()).toMatchObject({ code: expect.any(String), iss: server.url });
  });

  it('the redirect after the login form reaches a web app that was allowed before', async () => {
    const redirectUri = 'https://app.example.test/callback';
    const web = await registerClient(server, { redirect_uris: [redirectUri], application_type: 'web' });
    const reached = () => page.waitForRequest((request) => request.url().startsWith(redirectUri));
    for (const answer of [() => button('Allow').click(), () => Promise.resolve()]) {
      await here.close();
      await open();
      await page.goto(asks('mcp:tools:read', web));
      // There is no such host; that the browser asks for it shows that its policy let it go.
      const request = reached();
      await signIn();
      await answer();
      expect(new URL((await request).url()).searchParams.get('code')).toEqual(expect.any(String));
    }
    here.complaints.splice(0);
  });

  it('no page needs JavaScript', async () => {
    await here.close();
    await open({ javaScriptEnabled: false });
    await page.goto(server.url);
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    await page.goto(asks());
    await signIn();
    await page.getByText('4 tools').click();
    await button('Allow').click();
    await backAtApp();

    await page.goto(asks('mcp:tools:read mcp:tools:execute'));
    await page.getByText('It now asks for more, marked as new.').waitFor();
    await button('Allow').click();
    await backAtApp();
    await redeem();

    await page.goto(`${server.url}/account`);
    await card().getByText('End access…').click();
    await button(`End access for ${name}`).click();
    await page.getByRole('status').getByText(`${name} no longer has access.`).waitFor();
    await button('Sign out').first().click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await page.goto(`${server.url}/account`);
    expect(pathOf()).toBe('/login');
  });

  it('a page that asks for consent cannot be shown in a frame of somebody else', async () => {
    await page.goto(asks());
    await signIn();
    await button('Deny').waitFor();
    // The same site, another port: the thief has the cookies of the person.
    const address = page.url().replaceAll('&', '&amp;');
    const thief = await Listener.start(
      `<h1>Win a prize</h1><iframe src="${address}" title="prize"></iframe>`,
    );
    await page.goto(thief.origin.replace('127.0.0.1', 'localhost'));
    await page.waitForLoadState('networkidle');
    const [, frame] = page.frames();
    expect(frame?.url()).toBe('chrome-error://chromewebdata/');
    expect(await frame?.getByText('Allow').count()).toBe(0);
    expect(here.complaints.splice(0).join('\n')).toMatch(/frame-ancestors|X-Frame-Options/);
    await thief.close();
  });
});
