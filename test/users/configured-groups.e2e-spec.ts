import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, refresh, tokensOf } from '../support/actors.js';
import { runToExit, startServer, type TestServer } from '../support/server.js';
import { asOperator, atOnce, ROOMY, signedIn, webClient } from '../oauth/harness.js';
import { SecondPeople } from '../oauth/second-person.js';
import { administer, groupNamed, listGrants, listTools, membersOf, person } from './harness.js';

const BOTH = 'mcp:tools:read mcp:tools:execute';
const people = new SecondPeople();
let identityProviders: object[];
let server: TestServer;

const rule = (value: string) => ({ provider: 'other', claim: 'groups', value });
const configured = (groups: object[]) => ({
  limits: ROOMY,
  identityProviders,
  groups,
  policies: { scopeRules: [{ scopes: ['mcp:tools:execute'], groups: ['builders'] }] },
});
/** The same data, whichever database it is in. */
const same = () => ({
  port: server.port,
  ...(server.databaseUrl ? { database: server.databaseUrl } : { dataDir: server.dataDir }),
});

beforeAll(async () => {
  identityProviders = await people.start();
  server = await startServer({
    config: configured([
      { name: 'Chiefs', roles: ['admin'] },
      { name: 'Helpers', roles: ['operator'], members: [rule('help')] },
      { name: 'Builders', members: [rule('build')] },
      { name: 'Readers', roles: ['auditor'], members: [rule('read')] },
    ]),
  });
});
afterAll(() => people.stop());

describe('two administrators', () => {
  it('cannot both take the role from each other at once', async () => {
    await people.signIn(server, 'ada');
    const ids = [
      (await person(server, 'admin@example.com')).id,
      (await person(server, 'ada@example.com')).id,
    ];
    const assign = (id: string, roles: string[]) =>
      asOperator(server, 'PATCH', `/users/${id}`, { json: { roles } });
    for (let round = 0; round < 5; round++) {
      for (const id of ids) expect((await assign(id, ['admin'])).status).toBe(200);
      const answers = await atOnce(2, (index) => assign(ids[index]!, []));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    }
    for (const id of ids) await assign(id, ['admin']);
    expect((await assign(ids[1]!, [])).status).toBe(200);
  });
});

describe('a start with other groups in the configuration', () => {
  it('takes what they no longer give, and lets go of those that it no longer names', async () => {
    const jar = await people.signIn(server, 'hugo', undefined, { groups: ['help', 'build', 'read'] });
    const { id } = await person(server, 'hugo@example.com');
    const builders = await groupNamed(server, 'Builders');
    await asOperator(server, 'PATCH', `/groups/${builders.id}/members`, { json: { add: [id] } });
    const administration = await administer(server, jar, 'admin:grants');
    const tools = await connect(server, { client: await webClient(server), jar, scope: BOTH });
    await server.stop();

    server = await startServer({
      ...same(),
      config: configured([
        { name: 'HELPERS', roles: [], members: [rule('help')] },
        { name: 'Newcomers', roles: ['operator'], members: [rule('new')] },
      ]),
    });
    // Nobody but the configuration knew `Readers`; somebody else put a person into `Builders`.
    await expect(groupNamed(server, 'Readers')).rejects.toThrow();
    await expect(groupNamed(server, 'Chiefs')).rejects.toThrow();
    expect(await groupNamed(server, 'Builders')).toMatchObject({ origin: 'admin', configured: false });
    expect(await membersOf(server, builders.id)).toEqual({ 'hugo@example.com': ['admin'] });
    expect(await groupNamed(server, 'Helpers')).toMatchObject({ configured: true, roles: [] });
    expect(await groupNamed(server, 'Newcomers')).toMatchObject({ configured: true, roles: ['operator'] });
    expect(await person(server, 'hugo@example.com')).toMatchObject({
      roles: [],
      groups: ['Builders', 'Helpers'],
    });
    // What was given for a role that is gone does not count any more.
    expect(await listGrants(server, administration.tokens.access_token)).toBe(401);
    expect(await listTools(server, tools.tokens.access_token)).toBe(401);
    const again = tokensOf(await refresh(server, tools.client, tools.tokens.refresh_token!));
    expect(again.scope.split(' ').sort()).toEqual(BOTH.split(' ').sort());
  });

  it('does not happen when it would leave nobody with the role admin', async () => {
    const { id } = await person(server, 'admin@example.com');
    const json = { name: 'The last ones', roles: ['admin'], members: [id] };
    expect((await asOperator(server, 'POST', '/groups', { json })).status).toBe(201);
    expect((await asOperator(server, 'PATCH', `/users/${id}`, { json: { roles: [] } })).status).toBe(200);
    expect((await person(server, 'admin@example.com')).roles).toEqual(['admin']);
    await signedIn(server);
    await server.stop();
    const { code, output } = await runToExit({
      ...same(),
      config: configured([{ name: 'The last ones', roles: ['operator'] }]),
    });
    expect([code, output]).toEqual([1, expect.stringContaining('leave nobody with the role admin')]);
    await server.restart();
    expect((await asOperator(server, 'PATCH', `/users/${id}`, { json: { roles: ['admin'] } })).status).toBe(
      200,
    );
    const { id: group } = await groupNamed(server, 'The last ones');
    expect((await asOperator(server, 'DELETE', `/groups/${group}`)).status).toBe(200);
  });

  it('is told what is wrong with a group or a rule', async () => {
    const twice = await runToExit({ config: { groups: [{ name: 'b' }, { name: 'B' }] } });
    expect([twice.code, twice.output]).toEqual([1, expect.stringContaining('groups has B twice')]);
    const wrong = await runToExit({
      config: { policies: { scopeRules: [{ scopes: ['notes:wirte'], groups: ['a'] }] } },
    });
    expect([wrong.code, wrong.output]).toEqual([
      1,
      expect.stringContaining('names notes:wirte, a scope that there is not'),
    ]);
  });
});
