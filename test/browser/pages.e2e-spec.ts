import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { authorizeUrl, callTool, exchange, registerClient, tokensOf } from '../support/actors.js';
import { deviceClient, ROOMY_DEVICES, start } from '../oauth/device-harness.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.js';
import {
  describeInChromium,
  findings,
  layoutShift,
  Listener,
  sideways,
  visit,
  type Visit,
} from './chromium.js';

const VERIFIER = 'v'.repeat(43);
const MAX_BYTES = 50_000;
const LONG_NAME = 'An assistant whose makers could not agree on a shorter name for it';

/** Every page a person can meet, each in the state that has the most on it; those about sign-in are in passkeys.e2e-spec.ts. */
const PAGES = [
  'home',
  'unknown app',
  'nothing there',
  'login',
  'login refused',
  'consent for the first time',
  'consent again',
  'consent to more',
  'account',
  'account with everything open',
  'device',
  'device with a wrong code',
  'consent for a device',
  'device allowed',
  'home when signed in',
  'sign out',
  'account after an end',
  'signed out',
];

describeInChromium('Every page', (browser) => {
  let server: TestServer;
  let app: Listener;
  let here: Visit;

  beforeAll(async () => {
    [server, app] = [await startServer({ config: { limits: ROOMY_DEVICES } }), await Listener.start()];
  });
  afterAll(() => app?.close());
  afterEach(async () => {
    const { complaints } = here;
    await here.close();
    expect(complaints).toEqual([]);
  });

  /** Shows one page after the other and looks at each. */
  async function walk(page: Page, look: (name: string) => Promise<void>): Promise<string[]> {
    const seen: string[] = [];
    const show = async (name: string, go?: () => Promise<unknown>) => {
      await go?.();
      await look(name);
      seen.push(name);
    };
    const redirectUri = `${app.origin}/callback`;
    const client = await registerClient(server, { client_name: LONG_NAME, redirect_uris: [redirectUri] });
    const asks = (scope: string) => authorizeUrl(server, client, { scope }, VERIFIER).href;
    const goto = (path: string) => () => page.goto(path.startsWith('http') ? path : `${server.url}${path}`);
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();

    await show('home', goto('/'));
    await show('unknown app', goto('/oauth2/authorize?client_id=unknown'));
    await show('nothing there', goto('/nothing/there'));
    await show('login', goto(asks('mcp:tools:read')));
    await page.getByLabel('Email').fill(ADMIN_EMAIL);
    await page.getByLabel('Password').fill('not the password');
    await show('login refused', () => press('Sign in'));
    await page.getByLabel('Password').fill(ADMIN_PASSWORD);
    await show('consent for the first time', () => press('Sign in'));
    await press('Allow');
    await page.waitForURL((url) => url.origin === app.origin);
    const code = new URL(page.url()).searchParams.get('code') ?? '';
    const tokens = tokensOf(await exchange(server, client, code, VERIFIER));
    await callTool(server, tokens.access_token, 'whoami');
    await callTool(server, tokens.access_token, 'notes_add', { title: 'refused', body: '' });
    await show('consent again', goto(asks('mcp:tools:read')));
    await show(
      'consent to more',
      goto(asks('openid profile mcp:tools:read mcp:tools:execute offline_access')),
    );
    await show('account', goto('/account'));
    await show('account with everything open', async () => {
      for (const summary of await page.locator('summary').all()) await summary.click();
    });
    const device = await start(server, await deviceClient(server, { name: LONG_NAME }));
    await show('device', goto(device.verification_uri_complete));
    await page.getByLabel('Code').fill('BBBB-BBBB');
    await show('device with a wrong code', () => press('Continue'));
    await page.getByLabel('Code').fill(device.user_code);
    await show('consent for a device', () => press('Continue'));
    await show('device allowed', () => press('Allow'));
    await show('home when signed in', goto('/'));
    await show('sign out', goto('/oauth2/logout'));
    await page.goto(`${server.url}/account`);
    await page.locator('article summary').click();
    await show('account after an end', () => page.locator('article .destroy').click());
    await show('signed out', () => press('Sign out'));
    return seen;
  }

  it.each(['light', 'dark'] as const)(
    'has nothing that axe finds wrong in the %s theme',
    async (colorScheme) => {
      here = await visit(browser(), { colorScheme });
      const { page } = here;
      const wrong: unknown[] = [];
      const seen = await walk(page, async (name) => {
        for (const finding of await findings(page)) wrong.push({ page: name, ...finding });
      });
      expect(seen).toEqual(PAGES);
      expect(wrong).toEqual([]);
    },
  );

  it('is looked at in earnest: axe does find a field without a label', async () => {
    here = await visit(browser());
    await here.page.goto(`${server.url}/login`);
    await here.page.evaluate("document.querySelectorAll('label').forEach((label) => label.remove())");
    expect((await findings(here.page)).map(({ id }) => id)).toContain('label');
  });

  it.each([320, 360])('can be read without scrolling sideways when it is %d pixels wide', async (width) => {
    here = await visit(browser(), { viewport: { width, height: 640 } });
    const { page } = here;
    const wide: string[] = [];
    await walk(page, async (name) => {
      const over = await sideways(page);
      if (over > 0) wide.push(`${name}: ${over} px`);
    });
    expect(wide).toEqual([]);
  });

  it('is small, asks nobody else for anything, and does not move while it loads', async () => {
    here = await visit(browser());
    const { page } = here;
    const [heavy, foreign, shifting]: [string[], string[], string[]] = [[], [], []];
    let bytes = 0;
    page.on('response', (response) => {
      const { origin } = new URL(response.url());
      if (response.url().startsWith('data:') || origin === app.origin) return;
      if (origin !== server.url) foreign.push(response.url());
      bytes += Number(response.headers()['content-length'] ?? 0);
    });
    await walk(page, async (name) => {
      if (bytes > MAX_BYTES) heavy.push(`${name}: ${bytes}`);
      bytes = 0;
      const shift = await layoutShift(page);
      if (shift > 0) shifting.push(`${name}: ${shift}`);
    });
    expect({ heavy, foreign, shifting }).toEqual({ heavy: [], foreign: [], shifting: [] });
  });
});
