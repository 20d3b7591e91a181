import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { groupProblems, GroupSection } from './group.section.js';
import { readAs } from './validation.js';

function read(raw: object): { group: GroupSection; problems: string[] } {
  const problems: string[] = [];
  return { group: readAs(GroupSection, raw, 'groups[0]', problems), problems };
}

describe('a group of the configuration', () => {
  it('takes one value or several, and nothing but a name', () => {
    const rule = { provider: 'corporate', claim: 'groups' };
    const { group, problems } = read({
      name: 'engineering',
      members: [
        { ...rule, value: 'eng' },
        { ...rule, value: ['ops', 'sre-*'] },
      ],
    });
    expect(problems).toEqual([]);
    expect(group.members.map(({ value }) => value)).toEqual([['eng'], ['ops', 'sre-*']]);
    expect(read({ name: 'x' }).problems).toEqual([]);
  });

  it.each([
    ['a name that is blank', { name: ' ' }],
    ['a name that ends with a blank', { name: 'engineering ' }],
    ['a name with a control character', { name: 'a\u0000b' }],
    ['a role that there is not', { name: 'x', roles: ['root'] }],
    ['a rule without a value', { name: 'x', members: [{ provider: 'p', claim: 'groups' }] }],
    ['a value that is a number', { name: 'x', members: [{ provider: 'p', claim: 'groups', value: 7 }] }],
    ['an unknown key', { name: 'x', rule: [] }],
  ])('refuses %s', (_what, raw) => expect(read(raw).problems.length).toBeGreaterThan(0));
});

describe('the groups of the configuration together', () => {
  it('name each group once, however it is written', () => {
    const { group } = read({ name: 'Engineering' });
    const same = read({ name: 'ｅngineering' }).group;
    expect(groupProblems([group, same])).toEqual(['groups has ｅngineering twice']);
    expect(groupProblems([group])).toEqual([]);
  });
});
