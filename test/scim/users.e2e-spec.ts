import { beforeAll, describe, expect, it } from '@jest/globals';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, atOnce, events, INSIDE, ROOMY } from '../oauth/harness.js';
import { person } from '../users/harness.js';
import { Directory, ENTERPRISE, ERROR, PATCH_OP, scimRefusal, USER } from './harness.js';

let server: TestServer;
let directory: Directory;

beforeAll(async () => {
  server = await startServer({ config: { limits: { ...ROOMY, scim: { pageSize: 5 } } } });
  directory = await Directory.of(server, { vouches_for_email: ['example.com'] });
});

describe('a person of a directory', () => {
  it('is made, read, replaced and deleted, in the media type of the protocol', async () => {
    const body = {
      schemas: [USER, ENTERPRISE],
      externalId: '701984',
      userName: 'bjensen',
      name: { givenName: 'Barbara', familyName: 'Jensen', formatted: 'Ms. Barbara J Jensen' },
      emails: [
        { value: 'babs@jensen.org', type: 'home' },
        { value: 'bjensen@example.com', type: 'work', primary: true },
      ],
      phoneNumbers: [{ value: '555-555-8377', type: 'work' }],
      title: 'Tour Guide',
      [ENTERPRISE]: { department: 'Tour Operations', manager: { value: '26118915' } },
      password: 't1meMa$heen',
    };
    const made = await directory.call('POST', '/Users', body);
    expect(made.status).toBe(201);
    expect(made.headers['content-type']).toBe('application/scim+json; charset=utf-8');
    expect(made.headers['cache-control']).toBe('no-store');
    const user = made.json();
    expect(made.headers['location']).toBe(`${server.url}/scim/v2/Users/${user.id}`);
    expect(made.headers['etag']).toBe(user.meta.version);
    expect(user).toEqual({
      schemas: [USER, ENTERPRISE],
      id: expect.any(String),
      externalId: '701984',
      userName: 'bjensen',
      displayName: 'Ms. Barbara J Jensen',
      name: body.name,
      emails: [
        { value: 'bjensen@example.com', type: 'work', primary: true },
        { value: 'babs@jensen.org', type: 'home', primary: false },
      ],
      phoneNumbers: body.phoneNumbers,
      title: 'Tour Guide',
      [ENTERPRISE]: body[ENTERPRISE],
      active: true,
      groups: [],
      meta: {
        resourceType: 'User',
        created: expect.any(String),
        lastModified: expect.any(String),
        location: `${server.url}/scim/v2/Users/${user.id}`,
        version: 'W/"1"',
      },
    });
    expect((await directory.get(`/Users/${user.id}`)).json()).toEqual(user);
    expect(await person(server, 'bjensen@example.com')).toMatchObject({
      id: user.id,
      email_verified: true,
      name: 'Ms. Barbara J Jensen',
      roles: [],
    });

    const replaced = await directory.call('PUT', `/Users/${user.id}`, {
      schemas: [USER],
      id: 'another',
      userName: 'bjensen',
      emails: [{ value: 'b@other.example' }],
    });
    expect(replaced.json()).toMatchObject({ id: user.id, active: true, meta: { version: 'W/"2"' } });
    for (const gone of ['externalId', 'title', 'name', ENTERPRISE])
      expect(replaced.json()).not.toHaveProperty([gone]);
    // The directory does not vouch for this domain.
    expect(await person(server, 'b@other.example')).toMatchObject({ email_verified: false });

    const gone = await directory.call('DELETE', `/Users/${user.id}`);
    expect([gone.status, gone.text, gone.headers['content-type']]).toEqual([204, '', undefined]);
    for (const method of ['GET', 'DELETE'])
      expect((await directory.call(method, `/Users/${user.id}`)).status).toBe(404);
    expect(await directory.found('Users', { filter: 'userName eq "bjensen"' })).toEqual([]);
    const trail = await events(server, { user_id: user.id });
    expect(trail.map(({ type }) => type)).toEqual([
      'user.account.deleted',
      'revocation.applied',
      'user.account.changed',
      'user.account.created',
    ]);
    expect(trail[0]!.actor).toMatchObject({ type: 'client', id: expect.stringMatching(/^scim-token:/) });
    // The name is free again, for somebody else.
    expect((await directory.makeUser('bjensen')).id).not.toBe(user.id);
  });

  it('is known by one user name and one address, also to requests at the same moment', async () => {
    await directory.makeUser('carol');
    const body = (userName: string, value: string) => ({ schemas: [USER], userName, emails: [{ value }] });
    for (const taken of [
      body('CAROL', 'other@example.com'),
      body('carol2', 'Carol@Example.com'),
      body('admin@example.com', 'c4@example.com'),
    ])
      expect(scimRefusal(await directory.call('POST', '/Users', taken))).toEqual([409, 'uniqueness']);
    const answers = await atOnce(4, () => directory.call('POST', '/Users', body('dave', 'dave@example.com')));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const erin = await directory.makeUser('erin');
    expect(
      scimRefusal(
        await directory.patch(`/Users/${erin.id}`, { op: 'replace', path: 'userName', value: 'Dave' }),
      ),
    ).toEqual([409, 'uniqueness']);
  });

  it('may be one who was there before, and is found by the address that was their name', async () => {
    const [id] = await directory.found('Users', { filter: 'userName eq "ADMIN@example.com"' });
    const before = (await directory.get(`/Users/${id}`)).json();
    expect(before).toMatchObject({
      userName: 'admin@example.com',
      emails: [{ value: 'admin@example.com', type: 'work', primary: true }],
    });
    const renamed = await directory.patch(`/Users/${id}`, { op: 'add', path: 'externalId', value: 'x-1' });
    expect(renamed.json()).toMatchObject({ externalId: 'x-1', displayName: 'Admin' });
    expect(await person(server, 'admin@example.com')).toMatchObject({
      roles: ['admin'],
      email_verified: true,
    });
  });

  it('cannot be given roles or groups by a word about them', async () => {
    const made = await directory.makeUser('frank', {
      roles: [{ value: 'admin' }],
      groups: [{ value: 'x' }],
      assigned_roles: ['admin'],
      emailVerified: true,
    });
    expect(made).not.toHaveProperty('roles');
    const path = `/Users/${made.id}`;
    expect(
      (await directory.patch(path, { op: 'add', path: 'roles', value: [{ value: 'admin' }] })).status,
    ).toBe(200);
    expect(
      scimRefusal(await directory.patch(path, { op: 'add', path: 'groups', value: [{ value: 'x' }] })),
    ).toEqual([400, 'mutability']);
    expect(await person(server, 'frank@example.com')).toMatchObject({
      roles: [],
      assigned_roles: [],
      groups: [],
    });
  });

  it.each([
    ['no userName', {}, 'invalidValue'],
    ['an empty userName', { userName: ' ' }, 'invalidValue'],
    ['no address at all', { userName: 'nobody' }, 'invalidValue'],
    ['an address that is none', { userName: 'x', emails: [{ value: 'x', primary: true }] }, 'invalidValue'],
    ['a number for a text', { userName: 7 }, 'invalidValue'],
    ['a list for a text', { userName: ['x'] }, 'invalidValue'],
    ['a text for a yes', { userName: 'x@y.example', active: 'perhaps' }, 'invalidValue'],
    ['a NUL', { userName: 'x\u0000@y.example' }, 'invalidValue'],
    ['half a character', '{"userName":"\\ud800@y.example"}', 'invalidValue'],
    ['a very long text', { userName: 'x@y.example', title: 'x'.repeat(5_000) }, 'invalidValue'],
    [
      'a very long userName',
      { userName: 'x'.repeat(600), emails: [{ value: 'x@y.example' }] },
      'invalidValue',
    ],
    ['another schema', { schemas: ['urn:x'], userName: 'x@y.example' }, 'invalidSyntax'],
    ['a list', [], 'invalidSyntax'],
    ['something that is not JSON', '{"userName":', 'invalidSyntax'],
    ['nothing', undefined, 'invalidSyntax'],
  ])('is not made of %s', async (_what, body, scimType) => {
    const answer = await directory.call('POST', '/Users', body);
    expect(scimRefusal(answer)).toEqual([400, scimType]);
    expect(answer.json()).toMatchObject({ schemas: [ERROR], status: '400', detail: expect.any(String) });
    expect(answer.text).not.toMatch(INSIDE);
  });

  it('is not written as a form, and not with another method', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await directory.call('POST', '/Users', 'userName=x', form)).status).toBe(415);
    for (const path of ['/Users/x', '/Users/%00', '/Users/00000000-0000-4000-8000-000000000000', '/Nothing'])
      expect(scimRefusal(await directory.get(path))).toEqual([404, undefined]);
  });
});

describe('a change of a person', () => {
  it('counts when it is of the version that was read, and not otherwise', async () => {
    const { id } = await directory.makeUser('grace');
    const read = await directory.get(`/Users/${id}`);
    const etag = read.headers['etag'] as string;
    expect((await directory.get(`/Users/${id}`, { 'if-none-match': etag })).status).toBe(304);
    const patch = { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'Dr.' }] };
    const changed = await directory.call('PATCH', `/Users/${id}`, patch, { 'if-match': etag });
    expect([changed.status, changed.json().title]).toEqual([200, 'Dr.']);
    expect(changed.headers['etag']).not.toBe(etag);
    for (const [method, body] of [
      ['PATCH', patch],
      ['PUT', { userName: 'grace@example.com' }],
      ['DELETE', undefined],
    ] as const)
      expect((await directory.call(method, `/Users/${id}`, body, { 'if-match': etag })).status).toBe(412);
    // A change of nothing is none; what others change is one.
    const same = await directory.call('PATCH', `/Users/${id}`, patch);
    expect(same.headers['etag']).toBe(changed.headers['etag']);
    await asOperator(server, 'POST', `/users/${id}/disable`);
    expect((await directory.get(`/Users/${id}`)).headers['etag']).not.toBe(changed.headers['etag']);
  });

  it('answers the attributes that are asked for', async () => {
    const { id } = await directory.makeUser('heidi', {
      name: { givenName: 'Heidi', familyName: 'H' },
      title: 'x',
    });
    const read = async (query: string) => (await directory.get(`/Users/${id}?${query}`)).json();
    expect(await read('attributes=userName,name.givenName')).toEqual({
      schemas: [USER],
      id,
      userName: 'heidi',
      name: { givenName: 'Heidi' },
    });
    const without = await read(`excludedAttributes=emails.type,${USER}:name,groups,id`);
    expect(without).toMatchObject({ id, emails: [{ value: 'heidi@example.com', primary: true }] });
    for (const gone of ['name', 'groups']) expect(without).not.toHaveProperty(gone);
    const patch = await directory.call('PATCH', `/Users/${id}?attributes=title`, {
      schemas: [PATCH_OP],
      Operations: [{ op: 'replace', path: 'title', value: 'y' }],
    });
    expect(patch.json()).toEqual({ schemas: [USER], id, title: 'y' });
  });

  it('keeps out whom an operator keeps out, whatever the directory says', async () => {
    const { id } = await directory.makeUser('ivan');
    const isActive = async () => (await person(server, 'ivan@example.com')).active;
    const say = async (active: boolean) =>
      (await directory.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: active })).json().active;
    expect([await say(false), await isActive(), await say(true), await isActive()]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    await asOperator(server, 'POST', `/users/${id}/disable`);
    expect([await say(true), await isActive()]).toEqual([false, false]);
    await asOperator(server, 'POST', `/users/${id}/enable`);
    // Switched off by the directory first, then by an operator.
    await say(false);
    await asOperator(server, 'POST', `/users/${id}/disable`);
    expect([await say(true), await isActive()]).toEqual([false, false]);
  });
});

describe('a search for people', () => {
  beforeAll(async () => {
    for (const [name, title] of [
      ['q-anna', 'Pilot'],
      ['q-bert', 'Pilot'],
      ['q-carl', 'Cook'],
      ['q-dora', undefined],
      ['q-emil', 'Cook'],
      ['q-fina', 'Pilot'],
      ['q-gabi', '100%_\\'],
    ] as const)
      await directory.makeUser(name, {
        externalId: `ext-${name}`,
        displayName: name.slice(2),
        ...(title && { title }),
        [ENTERPRISE]: { department: name < 'q-d' ? 'Air' : 'Ground' },
      });
  });

  const names = async (query: Record<string, string>): Promise<string[]> => {
    const answer = await directory.get(`/Users?${new URLSearchParams(query).toString()}`);
    expect(answer.status).toBe(200);
    return answer.json<{ Resources: { userName: string }[] }>().Resources.map(({ userName }) => userName);
  };

  it.each([
    ['userName eq "Q-Anna"', ['q-anna']],
    ['externalId eq "ext-q-bert"', ['q-bert']],
    ['externalId eq "EXT-q-bert"', []],
    ['emails eq "q-carl@example.com"', ['q-carl']],
    ['emails.value eq "Q-CARL@example.com"', ['q-carl']],
    ['emails[type eq "work"].value eq "q-carl@example.com"', ['q-carl']],
    ['emails[type eq "home" and value eq "q-carl@example.com"]', []],
    ['userName sw "q-" and title eq "cook"', ['q-carl', 'q-emil']],
    ['userName sw "q-" and not (title pr)', ['q-dora']],
    ['userName sw "q-" and not (title eq "Pilot" or title eq "Cook")', ['q-dora', 'q-gabi']],
    ['title eq "100%_\\\\"', ['q-gabi']],
    ['userName sw "q-" and title co "%"', ['q-gabi']],
    ['userName sw "q-" and displayName ge "f"', ['q-fina', 'q-gabi']],
    [`userName sw "q-" and ${ENTERPRISE}:department eq "air"`, ['q-anna', 'q-bert', 'q-carl']],
    ['userName sw "q-" and meta.created lt "2020-01-01T00:00:00Z"', []],
    ['userName sw "q-d" and active eq true', ['q-dora']],
    ['userName eq "q-anna\' OR 1=1 --"', []],
  ])('finds by %s', async (filter, expected) => {
    expect((await names({ filter, sortBy: 'userName' })).sort()).toEqual(expected);
  });

  it('answers in pages that begin where they are asked to, with a maximum', async () => {
    const page = async (query: Record<string, string>) => {
      const filter = 'userName sw "q-"';
      const answer = await directory.get(`/Users?${new URLSearchParams({ filter, ...query }).toString()}`);
      const { totalResults, startIndex, itemsPerPage, Resources } = answer.json();
      return [
        totalResults,
        startIndex,
        itemsPerPage,
        (Resources as { userName: string }[]).map(({ userName }) => userName.slice(2)).join(' '),
      ];
    };
    const by = { sortBy: 'userName' };
    expect(await page(by)).toEqual([7, 1, 5, 'anna bert carl dora emil']);
    expect(await page({ ...by, startIndex: '6' })).toEqual([7, 6, 2, 'fina gabi']);
    expect(await page({ ...by, startIndex: '2', count: '2' })).toEqual([7, 2, 2, 'bert carl']);
    expect(await page({ ...by, sortOrder: 'descending', count: '2' })).toEqual([7, 1, 2, 'gabi fina']);
    expect(await page({ ...by, count: '0' })).toEqual([7, 1, 0, '']);
    expect(await page({ ...by, count: '-1', startIndex: '-3' })).toEqual([7, 1, 0, '']);
    expect(await page({ ...by, count: '100000' })).toEqual([7, 1, 5, 'anna bert carl dora emil']);
    expect(await page({ ...by, startIndex: '100' })).toEqual([7, 100, 0, '']);
    // Whoever has no title comes last, and first when the order is turned round.
    expect((await page({ sortBy: 'title', startIndex: '7' }))[3]).toBe('dora');
    expect((await page({ sortBy: 'title', sortOrder: 'descending', count: '1' }))[3]).toBe('dora');
  });

  it('can be asked for in a body', async () => {
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'userName sw "q-"',
      attributes: ['userName'],
      count: 1,
      startIndex: 2,
      sortBy: 'userName',
    };
    const answer = (await directory.call('POST', '/Users/.search', body)).json();
    expect(answer).toMatchObject({ totalResults: 7, startIndex: 2, itemsPerPage: 1 });
    expect(answer.Resources).toEqual([
      { schemas: [USER, ENTERPRISE], id: expect.any(String), userName: 'q-bert' },
    ]);
  });

  it.each([
    ['a filter that is none', { filter: 'userName eq' }, 'invalidFilter'],
    ['a filter on a secret', { filter: 'password eq "x"' }, 'invalidFilter'],
    ['a filter on a column', { filter: 'password_hash pr' }, 'invalidFilter'],
    ['an order by a secret', { sortBy: 'passwordHash' }, 'invalidPath'],
    ['an order in SQL', { sortBy: 'userName;SELECT pg_sleep(5)' }, 'invalidFilter'],
    ['another order', { sortBy: 'userName', sortOrder: 'asc' }, 'invalidValue'],
    ['a start that is no number', { startIndex: 'x' }, 'invalidValue'],
    ['a count that is no integer', { count: '1.5' }, 'invalidValue'],
  ])('is refused with %s', async (_what, query, scimType) => {
    const answer = await directory.get(`/Users?${new URLSearchParams(query).toString()}`);
    expect(scimRefusal(answer)).toEqual([400, scimType]);
  });

  it('takes each parameter once', async () => {
    const answer = await directory.get('/Users?filter=title%20pr&filter=userName%20pr');
    expect(scimRefusal(answer)).toEqual([400, 'invalidFilter']);
  });
});
