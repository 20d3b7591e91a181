import { describe, expect, it } from '@jest/globals';
import type { GroupSection } from '../../config/index.js';
import { saidBy } from './group-rules.js';

const group = (name: string, ...rules: [string, string, ...string[]][]): GroupSection => ({
  name,
  roles: [],
  members: rules.map(([provider, claim, ...value]) => ({ provider, claim, value })),
});
const isIn = (claim: string, value: string | string[], claims: Record<string, unknown>): boolean =>
  saidBy('p', [group('g', ['p', claim, ...[value].flat()])], claims)!.isIn.length === 1;

describe('a value of a claim', () => {
  it.each([
    ['a text', 'eng'],
    ['a list', ['sales', 'eng']],
    ['a list with other things in it', [{ id: 1 }, null, 'eng']],
  ])('is found in %s', (_what, groups) => expect(isIn('groups', 'eng', { groups })).toBe(true));

  it.each([
    ['another text', 'engineering'],
    ['another case', 'Eng'],
    ['a part of a text', 'sales eng'],
    ['an object', { eng: true }],
    ['a list in a list', [['eng']]],
    ['nothing', undefined],
    ['an empty list', []],
  ])('is not found in %s', (_what, groups) => expect(isIn('groups', 'eng', { groups })).toBe(false));

  it('may be a number or a yes, and one of several is enough', () => {
    expect(isIn('department', ['12', '42'], { department: 42 })).toBe(true);
    expect(isIn('contractor', 'false', { contractor: false })).toBe(true);
  });

  it.each([
    ['eng-*', 'eng-', true],
    ['eng-*', 'eng-platform', true],
    ['eng-*', 'xeng-platform', false],
    ['*', 'anything', true],
    ['*@example.com', 'ann@example.com', true],
    ['*@example.com', 'ann@example.com.evil.test', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['aba*aba', 'aba', false],
    ['a**c', 'abc', true],
    ['eng.', 'engx', false],
  ])('%s is like %s: %s', (pattern, text, like) =>
    expect(isIn('groups', pattern, { groups: [text] })).toBe(like),
  );

  it('is compared with a pattern that a search with steps back would never finish', () => {
    expect(isIn('groups', '*a'.repeat(120), { groups: `${'a'.repeat(50_000)}b` })).toBe(false);
  });
});

describe('the name of a claim', () => {
  it('leads into objects, unless there is a claim of just that name', () => {
    const claims = { realm_access: { roles: ['eng'] }, 'a.b': 'eng', a: { b: 'no' } };
    expect(isIn('realm_access.roles', 'eng', claims)).toBe(true);
    expect(isIn('a.b', 'eng', claims)).toBe(true);
    expect(
      isIn('http://schemas.example/claims/Group', 'x', { 'http://schemas.example/claims/Group': ['x'] }),
    ).toBe(true);
  });

  it.each(['constructor.name', '__proto__', 'groups.length', 'toString'])('%s leads nowhere', (claim) =>
    expect(isIn(claim, '*', { groups: ['eng'] })).toBe(false),
  );
});

describe('what a provider says', () => {
  const groups = [
    group('Engineering', ['p', 'groups', 'eng'], ['q', 'groups', 'eng']),
    group('Everybody'),
    group('Managers', ['p', 'title', 'Manager'], ['p', 'groups', 'managers']),
  ];

  it('is about the groups that ask this provider alone', () => {
    expect(saidBy('p', groups, { groups: ['eng', 'everybody'] })).toEqual({
      isIn: ['engineering'],
      unknown: [],
    });
    expect(saidBy('q', groups, { groups: ['managers'] })).toEqual({ isIn: [], unknown: [] });
    expect(saidBy('r', groups, { groups: ['eng'] })).toBeUndefined();
  });

  it('takes people out when it no longer names a group, or says nothing of groups at all', () => {
    expect(saidBy('p', groups, { groups: [] })).toEqual({ isIn: [], unknown: [] });
    expect(saidBy('p', groups, {})).toEqual({ isIn: [], unknown: [] });
  });

  it('leaves open what it says was too long to say, unless something else says it', () => {
    const overage = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://x' } } };
    expect(saidBy('p', groups, overage)).toEqual({ isIn: [], unknown: ['engineering', 'managers'] });
    expect(saidBy('p', groups, { ...overage, title: 'Manager' })).toEqual({
      isIn: ['managers'],
      unknown: ['engineering'],
    });
    expect(saidBy('p', groups, { hasgroups: true })!.unknown).toEqual(['engineering', 'managers']);
    expect(saidBy('p', groups, { hasgroups: true, groups: ['eng'] })!.unknown).toEqual([]);
  });
});
