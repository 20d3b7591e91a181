import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, refresh, tokensOf } from '../support/actors.js';
import { ADMIN_EMAIL, startServer, type TestServer } from '../support/server.js';
import { asOperator, atOnce, claimsOf, events, ROOMY, webClient } from '../oauth/harness.js';
import { SecondPeople } from '../oauth/second-person.js';
import { administer, groupNamed, listGrants, listTools, membersOf, person } from '../users/harness.js';
import { BULK, Directory, ERROR, GROUP, PATCH_OP, scimRefusal, USER } from './harness.js';

const people = new SecondPeople();
let server: TestServer;
let directory: Directory;
/** Ids of ten people. */
let ids: string[];

beforeAll(async () => {
  const [provider] = (await people.start()) as [object];
  server = await startServer({
    config: {
      limits: ROOMY,
      identityProviders: [{ ...provider, domains: ['example.com'], externalIdClaim: 'oid' }],
      groups: [
        {
          name: 'Operators',
          roles: ['operator'],
          members: [{ provider: 'other', claim: 'groups', value: 'ops' }],
        },
        { name: 'Writers' },
      ],
      policies: { scopeRules: [{ scopes: ['mcp:tools:execute'], groups: ['writers'] }] },
    },
  });
  directory = await Directory.of(server, { vouches_for_email: ['example.com'] });
  ids = [];
  for (let number = 0; number < 10; number++) ids.push((await directory.makeUser(`member${number}`)).id);
});
afterAll(() => people.stop());

const valuesOf = async (id: string): Promise<string[]> =>
  (await directory.get(`/Groups/${id}`))
    .json<{ members: { value: string }[] }>()
    .members.map(({ value }) => value);
const members = (...wanted: (string | undefined)[]) => wanted.map((value) => ({ value }));

describe('a group of a directory', () => {
  it('is made, read, replaced and deleted', async () => {
    const made = await directory.call('POST', '/Groups', {
      schemas: [GROUP],
      externalId: 'g-1',
      displayName: 'Tour Guides',
      members: members(ids[0], ids[1]),
    });
    const group = made.json();
    expect([made.status, made.headers['location']]).toEqual([
      201,
      `${server.url}/scim/v2/Groups/${group.id}`,
    ]);
    expect(group).toEqual({
      schemas: [GROUP],
      id: expect.any(String),
      externalId: 'g-1',
      displayName: 'Tour Guides',
      members: [0, 1].map((number) => ({
        value: ids[number],
        $ref: `${server.url}/scim/v2/Users/${ids[number]}`,
        type: 'User',
        display: `member${number}@example.com`,
      })),
      meta: {
        resourceType: 'Group',
        created: expect.any(String),
        lastModified: expect.any(String),
        location: `${server.url}/scim/v2/Groups/${group.id}`,
        version: 'W/"1"',
      },
    });
    expect(made.headers['etag']).toBe('W/"1"');
    const groups = async (id = '') => (await directory.get(`/Users/${id}`)).json().groups;
    expect(await groups(ids[0])).toContainEqual({
      value: group.id,
      $ref: `${server.url}/scim/v2/Groups/${group.id}`,
      display: 'Tour Guides',
      type: 'direct',
    });
    expect(await directory.found('Groups', { filter: 'displayName eq "tour guides"' })).toEqual([group.id]);
    expect(await directory.found('Groups', { filter: `members eq "${ids[1]}"` })).toContain(group.id);
    const none = { filter: `displayName eq "Tour Guides" and members.value eq "${ids[2]}"` };
    expect(await directory.found('Groups', none)).toEqual([]);
    expect(await directory.found('Users', { filter: `groups.value eq "${group.id}"` })).toEqual([
      ids[0],
      ids[1],
    ]);

    const body = { schemas: [GROUP], displayName: 'Guides', members: members(ids[1], ids[2]) };
    const replaced = await directory.call('PUT', `/Groups/${group.id}`, body, { 'if-match': 'W/"1"' });
    expect(replaced.json()).toMatchObject({ displayName: 'Guides', meta: { version: 'W/"2"' } });
    expect(replaced.json()).not.toHaveProperty('externalId');
    expect(await valuesOf(group.id)).toEqual([ids[1], ids[2]]);
    expect((await directory.call('PUT', `/Groups/${group.id}`, body, { 'if-match': 'W/"1"' })).status).toBe(
      412,
    );

    expect((await directory.call('DELETE', `/Groups/${group.id}`)).status).toBe(204);
    expect((await directory.get(`/Groups/${group.id}`)).status).toBe(404);
    expect(await groups(ids[1])).not.toContainEqual(expect.objectContaining({ value: group.id }));
    const [deleted] = await events(server, { type: 'group.deleted' });
    expect(deleted!.details).toMatchObject({ name: 'Guides', members: 2 });
  });

  it('lets people in and out by patches, as directories write them', async () => {
    const { id } = await directory.makeGroup('Patched', [ids[0]!, ids[1]!, ids[2]!]);
    const patch = async (...operations: object[]) => {
      const answer = await directory.patch(`/Groups/${id}`, ...operations);
      expect([answer.status, answer.text]).toEqual([204, '']);
      return valuesOf(id);
    };
    const [a, b, c, d, e] = ids;
    // Entra ID
    expect(await patch({ op: 'Add', path: 'members', value: members(d, e) })).toEqual([a, b, c, d, e]);
    expect(await patch({ op: 'Remove', path: 'members', value: members(a, e) })).toEqual([b, c, d]);
    // Okta
    expect(await patch({ op: 'remove', path: `members[value eq "${b}"]` })).toEqual([c, d]);
    expect(await patch({ op: 'replace', path: 'members', value: members(a, b) })).toEqual([a, b]);
    expect(
      await patch({ op: 'replace', value: { id, displayName: 'Renamed', members: members(a, b, c) } }),
    ).toEqual([a, b, c]);
    // Several at once, one after the other
    expect(
      await patch(
        { op: 'remove', path: 'members' },
        { op: 'add', value: { members: members(e) } },
        { op: 'add', path: 'members', value: { value: d } },
        { op: 'remove', path: `members[value eq "${e}" or value eq "${a}"]` },
        { op: 'replace', path: 'externalId', value: 'p-1' },
      ),
    ).toEqual([d]);
    expect((await directory.get(`/Groups/${id}?excludedAttributes=members`)).json()).toMatchObject({
      displayName: 'Renamed',
      externalId: 'p-1',
    });
    expect((await directory.get(`/Groups/${id}?excludedAttributes=members`)).json()).not.toHaveProperty(
      'members',
    );
    const asked = await directory.call('PATCH', `/Groups/${id}?attributes=members`, {
      schemas: [PATCH_OP],
      Operations: [{ op: 'add', path: 'members', value: members(a) }],
    });
    expect([asked.status, asked.json().members.length]).toEqual([200, 2]);
  });

  it('is changed by one request after the other, with nobody lost on the way', async () => {
    const { id } = await directory.makeGroup('At once');
    const answers = await atOnce(10, (index) =>
      directory.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: members(ids[index]) }),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(204));
    expect((await valuesOf(id)).sort()).toEqual([...ids].sort());
  });

  it('is refused with a word for what is wrong', async () => {
    const { id } = await directory.makeGroup('Strict', [ids[0]!]);
    const nobody = '00000000-0000-4000-8000-000000000000';
    const patch = async (...operations: object[]) =>
      scimRefusal(await directory.patch(`/Groups/${id}`, ...operations));
    const post = async (body: object) => scimRefusal(await directory.call('POST', '/Groups', body));
    expect(await post({ displayName: 'STRICT' })).toEqual([409, 'uniqueness']);
    expect(await post({ displayName: '' })).toEqual([400, 'invalidValue']);
    expect(await post({ displayName: 'a\u0000' })).toEqual([400, 'invalidValue']);
    expect(await post({})).toEqual([400, 'invalidValue']);
    expect(await post({ displayName: 'x', members: [{ value: nobody }] })).toEqual([400, 'invalidValue']);
    expect(await post({ displayName: 'x', members: [{ value: id, type: 'Group' }] })).toEqual([
      400,
      'invalidValue',
    ]);
    expect(await post({ schemas: [USER], displayName: 'x' })).toEqual([400, 'invalidSyntax']);
    expect(await patch({ op: 'add', path: 'members', value: members('x') })).toEqual([400, 'invalidValue']);
    expect(await patch({ op: 'remove', path: 'members[display eq "x"]' })).toEqual([400, 'invalidFilter']);
    expect(await patch({ op: 'replace', path: 'members[value eq "x"].display', value: 'y' })).toEqual([
      400,
      'invalidPath',
    ]);
    expect(await patch({ op: 'remove', path: 'displayName' })).toEqual([400, 'mutability']);
    expect(await patch({ op: 'replace', path: 'id', value: nobody })).toEqual([400, 'mutability']);
    expect(await patch({ op: 'add', path: 'shoes', value: 1 })).toEqual([400, 'invalidPath']);
    // A person who is not there cannot be in it, and need not be taken out.
    expect(
      (await directory.patch(`/Groups/${id}`, { op: 'remove', path: `members[value eq "${nobody}"]` }))
        .status,
    ).toBe(204);
    expect(await valuesOf(id)).toEqual([ids[0]]);
  });
});

describe('a group that an operator made', () => {
  it('takes the people of a directory, and is neither renamed nor deleted by it', async () => {
    const name = 'Night shift';
    const made = await asOperator(server, 'POST', '/groups', { json: { name, roles: ['auditor'] } });
    const { id } = made.json<{ id: string }>();
    const refused = [
      await directory.patch(`/Groups/${id}`, { op: 'replace', path: 'displayName', value: 'Day shift' }),
      await directory.patch(`/Groups/${id}`, { op: 'replace', value: { displayName: 'Day shift' } }),
      await directory.call('PUT', `/Groups/${id}`, { schemas: [GROUP], displayName: 'Day shift' }),
      await directory.call('DELETE', `/Groups/${id}`),
    ];
    expect(refused.map(scimRefusal)).toEqual(Array(4).fill([400, 'mutability']));
    expect(await groupNamed(server, name)).toMatchObject({ id, name, origin: 'admin', roles: ['auditor'] });
    const joined = { op: 'add', path: 'members', value: members(ids[5]) };
    expect((await directory.patch(`/Groups/${id}`, joined)).status).toBe(204);
    const whole = { schemas: [GROUP], displayName: name, members: members(ids[6]) };
    expect((await directory.call('PUT', `/Groups/${id}`, whole)).status).toBe(200);
    expect(await membersOf(server, id)).toEqual({ 'member6@example.com': ['scim'] });
    expect(await groupNamed(server, name)).toMatchObject({ id, origin: 'admin' });
  });
});

describe('a group that the configuration names', () => {
  it('becomes the directory’s when that makes it, with what the configuration says of it', async () => {
    const { id } = await directory.makeGroup('operators', [ids[3]!], { externalId: 'ops-1' });
    expect(await groupNamed(server, 'operators')).toMatchObject({
      id,
      roles: ['operator'],
      origin: 'scim',
      configured: true,
    });
    expect((await person(server, 'member3@example.com')).roles).toEqual(['operator']);
    expect(scimRefusal(await directory.call('POST', '/Groups', { displayName: 'Operators' }))).toEqual([
      409,
      'uniqueness',
    ]);
    // What others say of who is in it is neither shown nor changed.
    await people.signIn(server, 'pat', undefined, { groups: ['ops'] });
    expect(await valuesOf(id)).toEqual([ids[3]]);
    expect(
      (await directory.patch(`/Groups/${id}`, { op: 'replace', path: 'members', value: [] })).status,
    ).toBe(204);
    expect(await membersOf(server, id)).toEqual({ 'pat@example.com': ['sso:other'] });
    expect(
      scimRefusal(
        await directory.patch(`/Groups/${id}`, { op: 'replace', path: 'displayName', value: 'Ops' }),
      ),
    ).toEqual([400, 'mutability']);

    // When the directory gives it up, it is the configuration's again.
    expect((await directory.call('DELETE', `/Groups/${id}`)).status).toBe(204);
    expect((await directory.get(`/Groups/${id}`)).status).toBe(404);
    const left = await groupNamed(server, 'operators');
    expect(left).toMatchObject({ roles: ['operator'], origin: 'config', configured: true });
    expect(await membersOf(server, left.id)).toEqual({ 'pat@example.com': ['sso:other'] });
    expect((await directory.makeGroup('Operators')).id).toBe(left.id);
  });
});

describe('a person whom a directory takes out of a group', () => {
  it('is refused at once with what they held, and the next refresh gives less', async () => {
    const jar = await people.signIn(server, 'sam');
    const { id } = await person(server, 'sam@example.com');
    const writers = await directory.makeGroup('Writers', [id]);
    const scope = 'mcp:tools:read mcp:tools:execute';
    const { client, tokens } = await connect(server, { client: await webClient(server), jar, scope });
    expect(tokens.scope.split(' ').sort()).toEqual(scope.split(' ').sort());
    const left = await directory.patch(`/Groups/${writers.id}`, {
      op: 'remove',
      path: `members[value eq "${id}"]`,
    });
    expect(left.status).toBe(204);
    // Every process had it when that was answered.
    expect(await listTools(server, tokens.access_token)).toBe(401);
    const narrower = tokensOf(await refresh(server, client, tokens.refresh_token!));
    expect(narrower.scope).toBe('mcp:tools:read');
    expect(await listTools(server, narrower.access_token)).toBe(200);
    const [narrowed] = await events(server, { type: 'revocation.applied', user_id: id });
    expect(narrowed).toMatchObject({
      actor: { id: expect.stringMatching(/^scim-token:/) },
      details: { reason: 'rights_narrowed', grants: 0 },
    });
  });

  it('loses a role with the group, or with the role of the group', async () => {
    const jar = await people.signIn(server, 'tess');
    const { id } = await person(server, 'tess@example.com');
    const desk = await directory.makeGroup('Service desk', [id]);
    const give = (roles: string[]) => asOperator(server, 'PATCH', `/groups/${desk.id}`, { json: { roles } });
    expect((await give(['operator', 'auditor'])).status).toBe(200);
    const { client, tokens } = await administer(server, jar, 'admin:grants admin:audit openid');
    expect(await listGrants(server, tokens.access_token)).toBe(200);
    expect((await give(['auditor'])).json().receipt.acknowledged).toBe(1);
    expect(await listGrants(server, tokens.access_token)).toBe(401);
    const less = tokensOf(await refresh(server, client, tokens.refresh_token!));
    expect(less.scope.split(' ').sort()).toEqual(['admin:audit', 'openid']);
    expect((await directory.call('DELETE', `/Groups/${desk.id}`)).status).toBe(204);
    expect(tokensOf(await refresh(server, client, less.refresh_token!)).scope).toBe('openid');
  });

  it('stays an administrator when they are the last one', async () => {
    const { id } = await person(server, 'admin@example.com');
    const chiefs = await directory.makeGroup('Chiefs', [id]);
    await asOperator(server, 'PATCH', `/groups/${chiefs.id}`, { json: { roles: ['admin'] } });
    await asOperator(server, 'PATCH', `/users/${id}`, { json: { roles: [] } });
    for (const answer of [
      await directory.patch(`/Groups/${chiefs.id}`, { op: 'remove', path: 'members' }),
      await directory.call('DELETE', `/Groups/${chiefs.id}`),
    ])
      expect([answer.status, answer.json().detail]).toEqual([403, expect.stringContaining('administrator')]);
    expect(await valuesOf(chiefs.id)).toEqual([id]);
    await asOperator(server, 'PATCH', `/users/${id}`, { json: { roles: ['admin'] } });
    expect((await directory.call('DELETE', `/Groups/${chiefs.id}`)).status).toBe(204);
  });
});

describe('a bulk request that takes away', () => {
  const bulk = (body: object) => directory.call('POST', '/Bulk', { schemas: [BULK], ...body });
  const user = (bulkId: string) => ({
    method: 'POST',
    path: '/Users',
    bulkId,
    data: { schemas: [USER], userName: `${bulkId}@example.com` },
  });

  it('goes on after what would leave nobody as an administrator, and writes down each refusal', async () => {
    const admin = await person(server, ADMIN_EMAIL);
    const off = (path: string) => ({ method: 'PUT', path, data: { userName: ADMIN_EMAIL, active: false } });
    const wrong = { method: 'DELETE', path: '/Things/1' };
    const { Operations } = (
      await bulk({
        Operations: [
          off(`/Users/${admin.id}`),
          { method: 'DELETE', path: `/Users/${admin.id}` },
          wrong,
          user('after'),
        ],
      })
    ).json();
    expect(Operations.map(({ status }: { status: string }) => status)).toEqual(['403', '403', '404', '201']);
    expect(Operations[0].response).toMatchObject({ schemas: [ERROR], status: '403' });
    expect(Operations[0].response.detail).toContain('administrator');
    const refused = (await events(server, { type: 'scim.request.handled' }))
      .filter(({ outcome }) => outcome.result === 'denied')
      .slice(0, 3);
    expect(refused.map(({ outcome }) => outcome.reason_code)).toEqual([
      'http_404',
      'last_admin',
      'last_admin',
    ]);
    const stopped = { failOnErrors: 1, Operations: [off(`/Users/${admin.id}`), user('never')] };
    expect((await bulk(stopped)).json().Operations).toHaveLength(1);
    expect(await directory.found('Users', { filter: 'userName eq "never@example.com"' })).toEqual([]);
    expect((await person(server, ADMIN_EMAIL)).roles).toEqual(['admin']);
  });

  it('is answered when what it took away is refused', async () => {
    const jar = await people.signIn(server, 'uli');
    const { id } = await person(server, 'uli@example.com');
    const { tokens } = await connect(server, { client: await webClient(server), jar });
    expect(await listTools(server, tokens.access_token)).toBe(200);
    const data = { userName: 'uli@example.com', active: false };
    const answer = await bulk({ Operations: [{ method: 'PUT', path: `/Users/${id}`, data }, user('later')] });
    expect(await listTools(server, tokens.access_token)).toBe(401);
    expect(answer.json().Operations).toHaveLength(2);
  });
});

describe('a person of a directory who signs in through a provider', () => {
  it('has the account that the directory made, where the directory vouches for the address', async () => {
    const { id } = await directory.makeUser('wendy');
    await people.signIn(server, 'wendy');
    expect((await person(server, 'wendy@example.com')).id).toBe(id);
  });

  it('is refused where nobody made sure of the address', async () => {
    const stranger = await Directory.of(server);
    await stranger.makeUser('xaver');
    await expect(people.signIn(server, 'xaver')).rejects.toThrow('could not sign in');
  });

  it('is known by the id of the directory, where the provider says it, whatever the address is', async () => {
    const stranger = await Directory.of(server);
    const over = { externalId: 'oid-of-yann', emails: [{ value: 'yann@elsewhere.example' }] };
    const { id } = await stranger.makeUser('yann', over);
    const jar = await people.signIn(server, 'yvonne', undefined, { oid: 'oid-of-yann' });
    const { tokens } = await connect(server, { client: await webClient(server), jar });
    expect(claimsOf(tokens.access_token)['sub']).toBe(id);
    // An id that two people have is nobody's, and one that is taken at the provider is not given to another.
    await stranger.makeUser('zack', { externalId: 'twice' });
    await stranger.makeUser('zora', { externalId: 'twice' });
    await people.signIn(server, 'zelda', undefined, { oid: 'twice' });
    expect((await person(server, 'zelda@example.com')).name).toBe('zelda');
    await people.signIn(server, 'ylva', undefined, { oid: 'oid-of-yann' });
    expect((await person(server, 'ylva@example.com')).id).not.toBe(id);
  });
});
