import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, refresh, signIn, submitForm, tokensOf } from '../support/actors.js';
import { FakeIdp } from '../support/fake-idp.js';
import { formsOf, linksOf, textOf } from '../support/html.js';
import { CookieJar, get, post, type HttpResponse } from '../support/http.js';
import { sleep } from '../support/server-process.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { events, mcpStatus, refusalOf, ROOMY } from '../oauth/harness.js';
import { person } from '../users/harness.js';
import { lastRejection, leaveFor, peopleLike, signedInAs } from './sign-in.js';

const SECRET = 'a-secret-shared-with-the-provider';

const [first, second] = [new FakeIdp('gatehouse', SECRET), new FakeIdp('gatehouse', SECRET)];
let server: TestServer;
let people = 0;

const newName = (): string => `person-${++people}`;
const accountPage = (jar: CookieJar, query = ''): Promise<HttpResponse> =>
  get(`${server.base}/account${query}`, { cookies: jar });

/** Somebody new, who came in through the first provider. */
async function arrive(sub: string, claims: Record<string, unknown> = {}): Promise<CookieJar> {
  const jar = new CookieJar();
  first.claims = { sub, email: `${sub}@example.com`, ...claims };
  await get(first.answer(await leaveFor(server, jar, 'first')), { cookies: jar });
  expect(await signedInAs(server, jar)).toBe(`${sub}@example.com`);
  return jar;
}

/** The address behind "Connect Second" on the account page. */
async function connectHref(jar: CookieJar): Promise<string | undefined> {
  return linksOf((await accountPage(jar)).text).find((href) => href.includes('/sso/second/link'));
}

const follow = (jar: CookieJar, href: string, headers = {}): Promise<HttpResponse> =>
  get(new URL(href, server.url), { cookies: jar, headers: { 'sec-fetch-site': 'same-origin', ...headers } });

/** To the second provider and back, as `sub` there. */
async function connectAs(jar: CookieJar, sub: string, claims = {}): Promise<HttpResponse> {
  const away = await follow(jar, (await connectHref(jar))!);
  second.claims = { sub, email: `${sub}@second.test`, ...claims };
  return get(second.answer(away.location!), { cookies: jar });
}

async function enterBySecond(sub: string): Promise<CookieJar> {
  const jar = new CookieJar();
  second.claims = { sub, email: `${sub}@second.test` };
  await get(second.answer(await leaveFor(server, jar, 'second')), { cookies: jar });
  return jar;
}

const disconnectForms = ({ text }: HttpResponse) =>
  formsOf(text).filter(({ action }) => action.endsWith('/sign-ins/disconnect'));

/** Presses the button that takes the latest sign-in away. */
async function disconnect(jar: CookieJar): Promise<HttpResponse> {
  const page = await accountPage(jar);
  return submitForm(server, page, disconnectForms(page).at(-1)!, { cookies: jar });
}

beforeAll(async () => {
  await Promise.all([first.start(), second.start()]);
  const provider = { kind: 'oidc', clientId: 'gatehouse', clientSecret: SECRET };
  server = await startServer({
    config: {
      limits: ROOMY,
      groups: [{ name: 'Crew', members: [{ provider: 'second', claim: 'team', value: 'crew' }] }],
      identityProviders: [
        { id: 'first', name: 'First', issuer: first.issuer, domains: ['example.com'], ...provider },
        { id: 'second', name: 'Second', issuer: second.issuer, ...provider },
        { id: 'often', issuer: first.issuer, hidden: true, signInEvery: '2s', ...provider },
      ],
    },
  });
});
afterAll(() => Promise.all([first.stop(), second.stop()]));

describe('Another sign-in', () => {
  it('is connected by whoever proves both, and opens the same account from then on', async () => {
    const sub = newName();
    const jar = await arrive(sub);
    const back = await connectAs(jar, `${sub}-there`);
    expect([back.status, back.headers.location]).toEqual([303, '/account?done=sign_in_connected']);
    const page = textOf((await accountPage(jar, '?done=sign_in_connected')).text);
    expect(page).toContain('Connected. You can sign in that way from now on.');
    expect(page).toContain(`${sub}-there@second.test`);
    expect(await connectHref(jar)).toBeUndefined();
    const [linked] = await events(server, { type: 'idp.identity.linked' });
    expect(linked).toMatchObject({ details: { provider: 'second' } });
    expect(await signedInAs(server, await enterBySecond(`${sub}-there`))).toBe(`${sub}@example.com`);
    expect(await peopleLike(server, `${sub}-there`)).toEqual([]);
  });

  it('may be connected again by the same person, which changes nothing', async () => {
    const sub = newName();
    const jar = await arrive(sub);
    const href = (await connectHref(jar))!;
    await connectAs(jar, `${sub}-there`);
    const away = await follow(jar, href);
    const back = await get(second.answer(away.location!), { cookies: jar });
    expect(back.headers.location).toBe('/account?done=sign_in_connected');
    expect(textOf((await accountPage(jar)).text).match(/@second\.test/g)).toHaveLength(1);
  });

  it('that opens another account is not taken from it', async () => {
    const taken = newName();
    await enterBySecond(taken);
    const jar = await arrive(newName());
    const refused = await connectAs(jar, taken);
    expect(refused.status).toBe(403);
    expect(textOf(refused.text)).toContain('That sign-in belongs to another account');
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'identity_of_another' });
    expect(await signedInAs(server, await enterBySecond(taken))).toBe(`${taken}@second.test`);
  });

  it('that the other service does not confirm is not connected, and the person stays where they were', async () => {
    const jar = await arrive(newName());
    const away = await follow(jar, (await connectHref(jar))!);
    second.misbehaviour = { signature: 'other key' };
    const back = await get(second.answer(away.location!), { cookies: jar });
    second.misbehaviour = {};
    expect(back.headers.location).toBe('/account?done=sign_in_not_connected');
    const page = textOf((await accountPage(jar, '?done=sign_in_not_connected')).text);
    expect(page).toContain('Nothing was connected');
  });
});

describe('Apps of somebody whose provider is to be asked again every two seconds', () => {
  it('go on until then, and again once the person came back through it', async () => {
    const sub = newName();
    first.claims = { sub, email: `${sub}@example.com` };
    const enter = async (): Promise<CookieJar> => {
      const jar = new CookieJar();
      await get(first.answer(await leaveFor(server, jar, 'often')), { cookies: jar });
      return jar;
    };
    const { client, tokens } = await connect(server, { jar: await enter() });
    const next = tokensOf(await refresh(server, client, tokens.refresh_token!));
    await sleep(2_100);
    const late = await refresh(server, client, next.refresh_token!);
    expect(refusalOf(late)).toEqual([400, 'invalid_grant']);
    const [event] = await events(server, { type: 'token.request.rejected', client_id: client.clientId });
    expect(event?.outcome.reason_code).toBe('sign_in_too_old');
    await enter();
    expect((await refresh(server, client, next.refresh_token!)).status).toBe(200);
  });
});

describe('Nobody connects anything to an account', () => {
  it('without the proof on its own page, with one of another browser, another session or another provider', async () => {
    const [jar, other] = [await arrive(newName()), await arrive(newName())];
    const [mine, theirs] = [(await connectHref(jar))!, (await connectHref(other))!];
    const plain = mine.split('?')[0]!;
    for (const [href, headers] of [
      [plain, {}],
      [`${plain}?proof=`, {}],
      [`${plain}?proof=${'A'.repeat(43)}`, {}],
      [`${mine}&proof=x`, {}],
      [theirs, {}],
      [mine.replace('/second/', '/first/'), {}],
      [mine, { 'sec-fetch-site': 'cross-site' }],
      [mine, { 'sec-fetch-site': 'none' }],
      [mine, { origin: 'https://evil.test' }],
    ] as const)
      expect([href, (await follow(jar, href, headers)).status]).toEqual([href, 403]);
    expect((await follow(new CookieJar(), mine)).status).toBe(403);
    expect((await post(new URL(mine, server.url), { cookies: jar })).status).toBe(404);
    // The control: as it is, it leads there.
    expect((await follow(jar, mine)).location?.origin).toBe(second.issuer);
    await get(first.answer(await leaveFor(server, jar, 'first')), { cookies: jar });
    expect((await follow(jar, mine)).status).toBe(403);
  });

  it('by sending them a callback of their own', async () => {
    const [jar, mallory] = [await arrive(newName()), await arrive(newName())];
    const away = await follow(mallory, (await connectHref(mallory))!);
    second.claims = { sub: 'mallory-there', email: 'mallory@second.test' };
    const callback = second.answer(away.location!);
    // Also while a flow of theirs is under way.
    for (const start of [false, true]) {
      if (start) await follow(jar, (await connectHref(jar))!);
      await get(callback, { cookies: jar });
      expect((await accountPage(jar)).text).not.toContain('mallory@second.test');
    }
    expect(await connectHref(jar)).toMatch(/^\/sso\/second\/link\?proof=./);
  });

  it('when they came back as somebody else, or not at all', async () => {
    const jar = await arrive(newName());
    const away = await follow(jar, (await connectHref(jar))!);
    const sub = newName();
    first.claims = { sub, email: `${sub}@example.com` };
    await get(first.answer(await leaveFor(server, jar, 'first')), { cookies: jar });
    second.claims = { sub: `${sub}-there`, email: 'x@second.test' };
    const back = await get(second.answer(away.location!), { cookies: jar });
    expect(back.headers.location).toBe('/account?done=sign_in_not_connected');
    expect((await lastRejection(server))!.details).toMatchObject({ code: 'link_session_changed' });
    expect((await accountPage(jar)).text).not.toContain('x@second.test');
  });

  it('a while after they signed in', async () => {
    const jar = await arrive(newName(), { auth_time: Math.floor(Date.now() / 1_000) - 3_600 });
    const page = await accountPage(jar);
    expect(textOf(page.text)).toContain('To change this, sign in again first.');
    expect(page.text).not.toMatch(/\/link\?proof|\/sign-ins\/disconnect/);
    const { csrf = '' } = formsOf(page.text)[0]!.hidden;
    const forced = await post(`${server.base}/account/sign-ins/disconnect`, {
      cookies: jar,
      form: { csrf, identity_id: '00000000-0000-7000-8000-000000000000' },
      headers: { origin: server.url },
    });
    expect(forced.headers.location).toBe('/account?done=not_fresh');
  });
});

describe('A sign-in that is disconnected', () => {
  it('opens nothing any more, and what was begun with it elsewhere ends', async () => {
    const sub = newName();
    const jar = await arrive(sub);
    await connectAs(jar, `${sub}-there`);
    const elsewhere = await enterBySecond(`${sub}-there`);
    const { tokens } = await connect(server, { jar: elsewhere });
    const back = await disconnect(jar);
    expect(back.headers.location).toBe('/account?done=sign_in_disconnected&provider=Second');
    expect(await signedInAs(server, elsewhere)).toBeUndefined();
    expect(await mcpStatus(server, tokens.access_token)).toBe(401);
    expect(await signedInAs(server, jar)).toBe(`${sub}@example.com`);
    expect(await signedInAs(server, await enterBySecond(`${sub}-there`))).toBe(`${sub}-there@second.test`);
    const [event] = await events(server, { type: 'idp.identity.unlinked' });
    expect(event).toMatchObject({ details: { provider: 'second' }, actor: { type: 'user' } });
  });

  it('takes with it the groups that it put the person in', async () => {
    const sub = newName();
    const jar = await arrive(sub);
    await connectAs(jar, `${sub}-there`, { team: 'crew' });
    expect((await person(server, `${sub}@example.com`)).groups).toEqual(['Crew']);
    await disconnect(jar);
    expect((await person(server, `${sub}@example.com`)).groups).toEqual([]);
  });

  it('is never the last one', async () => {
    const sub = newName();
    const jar = await arrive(sub);
    expect((await disconnect(jar)).headers.location).toBe('/account?done=last_way_in');
    await connectAs(jar, `${sub}-there`);
    const page = await accountPage(jar);
    const forms = disconnectForms(page);
    expect(forms).toHaveLength(2);
    // Both at once: one goes.
    const answers = await Promise.all(
      forms.map((form) => submitForm(server, page, form, { cookies: jar.copy() })),
    );
    expect(answers.map(({ headers }) => headers.location?.split('&')[0]).sort()).toEqual([
      '/account?done=last_way_in',
      '/account?done=sign_in_disconnected',
    ]);
  });

  it('may be the last one of somebody who has a password', async () => {
    const jar = new CookieJar();
    await signIn(server, jar);
    await connectAs(jar, newName());
    expect((await disconnect(jar)).headers.location).toContain('done=sign_in_disconnected');
    expect(await signedInAs(server, jar)).toBe(ADMIN_EMAIL);
  });

  it('is one’s own', async () => {
    const [jar, other] = [await arrive(newName()), await arrive(newName())];
    const id = disconnectForms(await accountPage(other))[0]!.hidden['identity_id']!;
    const page = await accountPage(jar);
    const answer = await submitForm(server, page, disconnectForms(page)[0]!, {
      cookies: jar,
      values: { identity_id: id },
    });
    expect(answer.headers.location).toBe('/account');
    expect((await accountPage(other)).text).toContain(id);
  });
});
