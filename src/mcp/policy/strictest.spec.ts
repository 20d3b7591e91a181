import { describe, expect, it } from '@jest/globals';
import { decide, type DecisionContext } from './decide.js';
import type { OwnRules, PolicyRules, ToolPolicy } from './rules.js';
import { isAbout, isFor, looksAtPerson, strictest } from './strictest.js';

const ITEM: { kind: string; name: string } & OwnRules = {
  ...{
    kind: 'tool',
    name: 'notes_add',
    scopes: ['write'],
    anyScopes: [['a', 'b']],
    roles: [['operator', 'admin']],
  },
  ...{ stepUps: [{ maxAge: 600 }], quotas: [], timeoutMs: 1_000, redact: ['body'] },
};
const policy = (rules: PolicyRules, over: Partial<ToolPolicy> = {}): ToolPolicy => ({
  ...{ name: 'p', version: 3, items: ['*'], rules },
  ...over,
});

describe('strictest', () => {
  it('adds what policies ask to what the item asks', () => {
    const found = strictest(ITEM, [
      policy({ scopes: ['write', 'extra'], roles: ['auditor'], stepUp: { acr: 'mfa', maxAge: 60 } }),
      policy({
        stepUp: { acr: 'mfa' },
        quota: { calls: 1, per: 60, by: 'user' },
        redact: ['title'],
        timeoutMs: 10,
      }),
      policy({ disabled: true }, { name: 'freeze', id: 'f' }),
    ]);
    expect(found).toEqual({
      ...{
        scopes: ['write', 'extra'],
        anyScopes: [['a', 'b']],
        roles: [['operator', 'admin'], ['auditor']],
        acrs: ['mfa'],
        maxAge: 60,
      },
      ...{ quotas: [{ calls: 1, per: 60, by: 'user', name: 'policy p' }], disabledBy: ['freeze'] },
      ...{ timeoutMs: 10, redact: ['body', 'title'] },
      applied: ['p', 'p', 'freeze'].map((name) => ({ name, version: 3 })),
    });
  });

  it.each<[string, PolicyRules]>([
    ['fewer scopes', { scopes: [] }],
    ['another scope', { scopes: ['read'] }],
    ['an older sign-in', { stepUp: { maxAge: 1_000_000 } }],
    ['a longer time', { timeoutMs: 1_000_000 }],
    ['less to redact', { redact: [] }],
    ['no roles', { roles: [] }],
  ])('takes nothing away for a policy with %s', (_, rules) => {
    const [before, after] = [strictest(ITEM, []), strictest(ITEM, [policy(rules)])];
    expect(after.roles).toEqual(expect.arrayContaining([...before.roles]));
    expect(after.anyScopes).toEqual(before.anyScopes);
    expect(after.scopes).toEqual(expect.arrayContaining([...before.scopes]));
    expect(after.maxAge).toBeLessThanOrEqual(before.maxAge!);
    expect(after.timeoutMs).toBeLessThanOrEqual(before.timeoutMs);
    expect(after.redact).toEqual(expect.arrayContaining([...before.redact]));
  });

  it('lets nobody in whom the item alone would refuse, whatever policies say', () => {
    const some = <T>(values: readonly T[], bits: number): T[] => values.filter((_, at) => (bits >> at) & 1);
    for (let bits = 0; bits < 256; bits++) {
      const context: DecisionContext = {
        scopes: some(['write', 'extra', 'b'], bits),
        roles: some(['auditor', 'operator'], bits >> 3),
        acrs: some(['mfa'], bits >> 5),
        signInAge: [0, 100, 700, 700][bits >> 6]!,
      };
      const policies = some(
        [policy({ scopes: ['extra'] }), policy({ roles: ['auditor'] }), policy({ stepUp: { maxAge: 50 } })],
        bits * 5,
      );
      const [alone, together] = [[], policies].map((list) => decide(context, strictest(ITEM, list)).result);
      expect([alone, together]).not.toEqual(['denied', 'allowed']);
    }
  });
});

describe('A policy', () => {
  it.each<[string, string, boolean]>([
    ['notes_add', 'notes_add', true],
    ['notes_add', 'notes_add2', false],
    ['notes_*', 'notes_add', true],
    ['notes_*', 'xnotes_add', false],
    ['*', '', true],
    ['*add', 'notes_add', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c', false],
    ['a*bc*c', 'abc', false],
    ['note://{id}', 'note://{id}', true],
    ['n.tes', 'notes', false],
  ])('about %p is about %p: %p', (pattern, name, about) => {
    expect(isAbout(policy({}, { items: ['other', pattern] }), name)).toBe(about);
  });

  it('is for those whom every one of its selectors names', () => {
    const caller = { clientId: 'c', userId: 'u', email: 'a@b.c', groups: ['team'] };
    const is = (over: Partial<ToolPolicy>) => isFor(policy({}, over), caller);
    expect([is({}), is({ clients: ['c'] }), is({ users: ['a@b.c'] }), is({ users: ['x', 'u'] })]).toEqual(
      Array(4).fill(true),
    );
    expect([is({ clients: ['d'] }), is({ groups: ['Team'] }), is({ clients: ['c'], users: ['x'] })]).toEqual(
      Array(3).fill(false),
    );
    expect(isFor(policy({}, { users: ['u'] }), { clientId: 'c', groups: [] })).toBe(false);
  });

  it('looks at the person only where their id does not tell', () => {
    const looks = (over: Partial<ToolPolicy>, rules: PolicyRules = {}) => looksAtPerson(policy(rules, over));
    expect([looks({}), looks({ clients: ['c'] }), looks({ users: ['u'] })]).toEqual([false, false, false]);
    expect([looks({ groups: ['g'] }), looks({ users: ['a@b.c'] }), looks({}, { roles: ['admin'] })]).toEqual([
      true,
      true,
      true,
    ]);
  });
});
