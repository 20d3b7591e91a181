import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { connect } from '../support/actors.js';
import { get } from '../support/http.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.js';
import { asOperator, events, mcpStatus } from '../oauth/harness.js';
import { SecondPeople } from '../oauth/second-person.js';
import { describeInChromium, findings, sideways, visit, type Visit } from './chromium.js';

/** Each with the tab to open on it, when it has some. */
const SCREENS: readonly (readonly [string, string?])[] = [
  ['Overview'],
  ['Activity'],
  ['People'],
  ['Clients'],
  ['Access'],
  ['Access', 'Sessions'],
  ['Revoke'],
  ['Keys'],
  ['Setup'],
  ['Setup', 'Tools'],
  ['Setup', 'Streams'],
];

describeInChromium('The console in a real browser', (browser) => {
  const people = new SecondPeople();
  let server: TestServer;
  let here: Visit;
  let page: Page;

  beforeAll(async () => {
    server = await startServer({ config: { identityProviders: await people.start() } });
    await connect(server, { scope: 'mcp:tools:read' });
  });
  afterAll(() => people.stop());
  afterEach(async () => {
    const { complaints } = here;
    await here.close();
    expect(complaints).toEqual([]);
  });

  async function open(options: Parameters<typeof visit>[1] = {}): Promise<void> {
    here = await visit(browser(), options);
    page = here.page;
  }
  const heading = (name: string): Promise<void> =>
    page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
  /** For whoever wants to look: `GATEHOUSE_PICTURES` is the folder. */
  const picture = async (name: string): Promise<void> => {
    const folder = process.env.GATEHOUSE_PICTURES;
    const png = await page.screenshot(folder ? { path: `${folder}/${name}.png` } : {});
    expect(png.length).toBeGreaterThan(10_000);
  };
  const go = (name: string): Promise<void> => page.getByRole('link', { name, exact: true }).click();

  async function asAdmin(path = ''): Promise<void> {
    await page.goto(`${server.url}/console${path}`);
    await page.getByLabel('Email').fill(ADMIN_EMAIL);
    await page.getByLabel('Password').fill(ADMIN_PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('navigation', { name: 'Console' }).waitFor();
  }

  /** In this browser, as somebody the provider vouches for, with these roles. */
  async function as(name: string, roles: readonly string[]): Promise<void> {
    const jar = await people.signIn(server, name);
    const [user] = (await asOperator(server, 'GET', `/users?email=${name}@example.com`)).json().items;
    if (roles.length > 0) await asOperator(server, 'PATCH', `/users/${user.id}`, { json: { roles } });
    const value = jar.get('gatehouse_session')!;
    await page.context().addCookies([{ name: 'gatehouse_session', value, url: server.url }]);
    await page.goto(`${server.url}/console`);
  }

  it('asks for nothing but the sign-in, and leaves nothing behind that lets anybody in', async () => {
    await open();
    await asAdmin('/people');
    await heading('People');
    await page.getByRole('button', { name: ADMIN_EMAIL }).waitFor();
    const kept = await page.evaluate('JSON.stringify([{ ...sessionStorage }, { ...localStorage }])');
    expect(kept).toBe('[{},{}]');
    // Again, without a question: the browser is signed in.
    await page.reload();
    await heading('People');
    const [issued] = await events(server, { type: 'token.issued', client_id: 'gatehouse-console' });
    expect(issued).toMatchObject({ token: { kind: 'access', aud: `${server.url}/admin` } });
  });

  it('is not open to people without a role, and tells them', async () => {
    await open();
    await as('nobody', []);
    await heading('The console is not open to you');
    expect(await findings(page)).toEqual([]);
  });

  it('shows an auditor everything, and nothing to change it with', async () => {
    await open();
    await as('reader', ['auditor']);
    await page.getByRole('navigation', { name: 'Console' }).waitFor();
    await go('People');
    await page.getByRole('button', { name: ADMIN_EMAIL }).click();
    await page.getByRole('heading', { name: ADMIN_EMAIL }).waitFor();
    expect(await page.getByRole('button', { name: /^Disable/ }).count()).toBe(0);
    await go('Keys');
    await page.getByText('signs new tokens').waitFor();
    expect(await page.getByRole('button', { name: /Rotate|Retire|compromised/ }).count()).toBe(0);
  });

  it('finds a person with the keyboard alone, and goes there', async () => {
    await open();
    await asAdmin('/keys');
    await heading('Keys');
    await page.keyboard.press('/');
    await page.keyboard.type('admin@');
    await page.getByRole('list', { name: 'Found' }).getByText(ADMIN_EMAIL).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: ADMIN_EMAIL, level: 2 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/people');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: ADMIN_EMAIL, level: 2 }).waitFor({ state: 'detached' });
  });

  it('ends everything of a person in three clicks, and tells what was hit before and where it is known after', async () => {
    const jar = await people.signIn(server, 'leaver');
    const { tokens } = await connect(server, { jar, scope: 'mcp:tools:read' });
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
    await open();
    await asAdmin();
    await page.keyboard.press('/');
    await page.keyboard.type('leaver');
    // Find,
    await page
      .getByRole('list', { name: 'Found' })
      .getByRole('link', { name: /leaver@example.com/ })
      .click();
    // preview,
    await page.getByRole('link', { name: 'Revoke …' }).click();
    await page.getByRole('heading', { name: 'End all access of person leaver@example.com?' }).waitFor();
    await picture('console-revoke-preview');
    expect(await mcpStatus(server, tokens.access_token)).toBe(200);
    // confirm.
    await page.getByRole('button', { name: 'End 1 grant, 1 session and 1 token' }).click();
    await page.getByRole('heading', { name: /^Ended: 1 grant and 1 session$/ }).waitFor();
    await page
      .getByRole('status')
      .getByText(/^1 of 1 server refuse it by now, after \d+ ms at most/)
      .waitFor();
    await picture('console-revoke-receipt');
    expect(await mcpStatus(server, tokens.access_token)).toBe(401);
    const [applied] = await events(server, { type: 'revocation.applied' });
    expect(applied!.actor).toMatchObject({ type: expect.stringMatching(/user|admin/) });
  });

  it('says why something was refused, by the id that the refusal gave', async () => {
    const refused = await get(`${server.base}/admin/v1/users`);
    const id = refused.json<{ decision_id: string }>().decision_id;
    await open();
    await asAdmin();
    await page.keyboard.press('/');
    await page.keyboard.type(id);
    await page.getByRole('list', { name: 'Found' }).getByText('decision').waitFor();
    await page.keyboard.press('Enter');
    await heading('Decision');
    await page.getByText('What would be allowed:').waitFor();
    await page.getByText('credentials_missing').waitFor();
    expect(await findings(page)).toEqual([]);
  });

  it('finds what a pasted token is without searching for it', async () => {
    const { tokens } = await connect(server, { scope: 'mcp:tools:read' });
    const asked: string[] = [];
    await open();
    page.on('request', (request) => asked.push(request.url()));
    await asAdmin();
    await page.getByRole('searchbox').fill(tokens.access_token);
    const found = page.getByRole('list', { name: 'Found' });
    await found.getByRole('link', { name: /^access token of .*, alive/ }).waitFor();
    expect(asked.filter((url) => url.includes(tokens.access_token.slice(0, 30)))).toEqual([]);
  });

  it('narrows the trail by a press on a value, and the address says so', async () => {
    await open();
    await asAdmin('/activity');
    await page
      .getByRole('button', { name: /token\.issued/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Only type token.issued' }).click();
    await page.getByRole('list', { name: 'Filters' }).getByText('token.issued').waitFor();
    expect(new URL(page.url()).searchParams.get('type')).toBe('token.issued');
    await page
      .getByRole('button', { name: /auth\.login/ })
      .first()
      .waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Drop the filter type' }).click();
    await page
      .getByRole('button', { name: /auth\.login/ })
      .first()
      .waitFor();
  });

  it('opens the sealed details of an event for who says why, and says what became of those that are gone', async () => {
    await open();
    await asAdmin('/activity');
    const row = page.getByRole('button', { name: /auth\.login\.succeeded/ }).first();
    const ask = async (reason: string) => {
      await page.getByRole('button', { name: 'Open the sealed details' }).click();
      await page.getByLabel('Reason, for the trail').fill(reason);
      await page.getByRole('button', { name: 'Open', exact: true }).click();
    };
    await row.click();
    await ask('looking into it');
    const details = page.getByRole('region', { name: 'Sealed details' });
    await details.getByText('That you opened them is in the trail.').waitFor();
    expect(await details.textContent()).toContain(ADMIN_EMAIL);
    const opened = await events(server, { type: 'audit.payload.unsealed' });
    expect(opened).toEqual([expect.objectContaining({ reason: 'looking into it' })]);
    expect(await findings(page)).toEqual([]);
    const { user_id: id } = opened[0]!;
    await asOperator(server, 'POST', `/users/${String(id)}/erasure`);
    await row.click();
    await row.click();
    await ask('again');
    await page.getByText('nobody can open them any more').waitFor();
  });

  it('has screens that axe finds nothing wrong with, in both themes, and that fit a narrow window', async () => {
    await open();
    await asAdmin();
    const settings = { url: 'https://collector.example.com/in' };
    const made = await asOperator(server, 'POST', '/audit/streams', {
      json: { name: 'siem', kind: 'otlp', settings },
    });
    expect(made.status).toBe(201);
    const wrong: unknown[] = [];
    const tab = (name: string): Promise<void> => page.getByRole('tab', { name }).click();
    for (const [name, more] of SCREENS) {
      await go(name);
      await heading(name);
      if (more) await tab(more);
      await page.getByText('Loading …').last().waitFor({ state: 'detached' });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const finding of await findings(page)) wrong.push({ name, more, colorScheme, ...finding });
      }
      await page.setViewportSize({ width: 320, height: 640 });
      const over = await sideways(page);
      if (over > 0) wrong.push(`${name}: ${over} px too wide`);
      await page.setViewportSize({ width: 1280, height: 800 });
    }
    expect(wrong).toEqual([]);
  });
});
