import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { callTool, connect, refresh, type Connection } from '../support/actors.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import type { TestServer } from '../support/server.js';
import { timeToRefusal, type Trial } from '../support/time-to-refusal.js';
import { startReplicas } from '../keys/harness.js';
import { asOperator, refusalOf, ROOMY, webClient } from '../oauth/harness.js';
import { SecondPeople } from '../oauth/second-person.js';
import { person } from '../users/harness.js';
import { Directory } from './harness.js';

const ROUNDS = 8;

describeOnPostgres('The end of a person’s access at one replica', () => {
  const people = new SecondPeople();
  let one: TestServer;
  let other: TestServer;
  let directory: Directory;

  beforeAll(async () => {
    const identityProviders = await people.start();
    [one, other] = (await startReplicas(2, {
      limits: ROOMY,
      identityProviders,
      groups: [{ name: 'Writers' }],
      policies: { scopeRules: [{ scopes: ['mcp:tools:execute'], groups: ['writers'] }] },
    })) as [TestServer, TestServer];
    directory = await Directory.of(one);
  }, 60_000);
  afterAll(() => people.stop());

  /** A person with a token that is good at the other replica. */
  async function somebody(name: string): Promise<{ id: string; held: Connection; ask: Trial['ask'] }> {
    const jar = await people.signIn(one, name);
    const held = await connect(one, { client: await webClient(one), jar, scope: 'mcp:tools:read' });
    const { id } = await person(one, `${name}@example.com`);
    return { id, held, ask: async () => (await callTool(other, held.tokens.access_token, 'whoami')).status };
  }

  it('is told to the other, whoever ends it: SCIM, an operator, or the identity provider', async () => {
    const kinds: [string, (id: string) => Promise<unknown>][] = [
      [
        'SCIM active=false',
        (id) => directory.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false }),
      ],
      ['SCIM DELETE', (id) => directory.call('DELETE', `/Users/${id}`)],
      ['Disabled by an operator', (id) => asOperator(one, 'POST', `/users/${id}/disable`)],
    ];
    for (const [kind, end] of kinds) {
      const label = `${kind} at one replica, next tool call refused at the other`;
      const { longest } = await timeToRefusal(label, ROUNDS, async (round) => {
        const { id, ask, held } = await somebody(`${kind.replaceAll(/\W/g, '').toLowerCase()}${round}`);
        return {
          ask,
          end: async () => {
            await end(id);
            // It is in the answer's promise, not only soon after it.
            expect(await ask()).toBe(401);
            expect(refusalOf(await refresh(other, held.client, held.tokens.refresh_token!))).toEqual([
              400,
              'invalid_grant',
            ]);
          },
        };
      });
      expect(longest).toBeLessThan(2_000);
    }
    const label = 'Logout sent by the identity provider to one replica, next tool call refused at the other';
    const told = await timeToRefusal(label, ROUNDS, async (round) => {
      const { ask } = await somebody(`left${round}`);
      return { ask, end: () => people.logOut(one, `left${round}`) };
    });
    expect(told.longest).toBeLessThan(2_000);
  }, 120_000);

  it('is told when somebody is taken out of a group, and what is left goes on', async () => {
    const { id: writers } = await directory.makeGroup('Writers');
    const label = 'Taken out of a group by SCIM at one replica, next tool call refused at the other';
    const { longest } = await timeToRefusal(label, ROUNDS, async (round) => {
      const { id, ask, held } = await somebody(`writer${round}`);
      const members = { path: 'members', value: [{ value: id }] };
      await directory.patch(`/Groups/${writers}`, { op: 'add', ...members });
      return {
        ask,
        end: async () => {
          await directory.patch(`/Groups/${writers}`, { op: 'remove', ...members });
          expect(await ask()).toBe(401);
          // The grant lives on, with what is left.
          expect((await refresh(other, held.client, held.tokens.refresh_token!)).status).toBe(200);
        },
      };
    });
    expect(longest).toBeLessThan(2_000);
  }, 120_000);
});
