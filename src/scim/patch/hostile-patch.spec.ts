import { describe, expect, it } from '@jest/globals';
import { patchedWords } from '../groups/group-values.js';
import { USER } from '../schemas.js';
import { ScimRefusal } from '../scim-refusal.js';
import { patched } from './apply-patch.js';
import { PATCH_OP, readPatch } from './patch-request.js';

const BODY = 1024 * 1024;

/** Ann with so many addresses. */
const withAddresses = (count: number) => ({
  userName: 'ann',
  emails: Array.from({ length: count }, (_, index) => ({ value: `${index}@x`, type: 'home' })),
});
const FULL = withAddresses(250);

const operationsOf = (count: number, make: (index: number) => object) =>
  Array.from({ length: count }, (_, index) => make(index));
/** As many members as fit into the largest body. */
const members = (make: (index: number) => [string, unknown]) => {
  const value: Record<string, unknown> = {};
  for (let size = 0, index = 0; size < BODY - 200; index++) {
    const [name, member] = make(index);
    value[name] = member;
    size += name.length + JSON.stringify(member).length + 4;
  }
  return [{ op: 'replace', value }];
};
/** A name that is the same and is written otherwise each time. */
const variant = (name: string, index: number): string =>
  [...name].map((letter, at) => ((index >> (at % 20)) & 1 ? letter.toUpperCase() : letter)).join('');
const condition = 'type eq "x" or ';

const long: [string, object, object[]][] = [
  [
    'adds what is there',
    FULL,
    operationsOf(1_000, () => ({ op: 'add', path: 'emails', value: FULL.emails.slice(0, 20) })),
  ],
  ['adds a thousand at once', FULL, [{ op: 'add', path: 'emails', value: withAddresses(25_000).emails }]],
  [
    'adds many at once',
    withAddresses(0),
    [{ op: 'add', path: 'emails', value: withAddresses(25_000).emails }],
  ],
  [
    'takes out what is not there',
    FULL,
    operationsOf(1_000, () => ({ op: 'remove', path: 'emails', value: FULL.emails.slice(200, 220) })),
  ],
  [
    'takes out many at once',
    withAddresses(4_000),
    [{ op: 'remove', path: 'emails', value: withAddresses(25_000).emails }],
  ],
  [
    'writes a member of all, again and again',
    withAddresses(4_000),
    operationsOf(1_000, () => ({ op: 'replace', path: 'emails.type', value: 'x' })),
  ],
  [
    'takes out of a long list, again and again',
    withAddresses(4_000),
    operationsOf(1_000, () => ({ op: 'remove', path: 'emails', value: [{ value: 'y' }] })),
  ],
  [
    'chooses by long conditions',
    FULL,
    operationsOf(250, () => ({
      op: 'replace',
      path: `emails[${condition.repeat(260)}type eq "x"].display`,
      value: 'x',
    })),
  ],
  [
    'chooses by short conditions',
    FULL,
    operationsOf(1_000, (index) => ({
      op: 'replace',
      path: `emails[${condition.repeat(60)}type eq "home"].display`,
      value: `${index}`,
    })),
  ],
  [
    'writes without a path a member of all',
    FULL,
    members((index) => [variant('urn:ietf:params:scim:schemas:core:2.0:User:emails.type', index), 'x']),
  ],
  [
    'writes without a path what conditions choose',
    FULL,
    members((index) => [`emails[type eq "${index}" or type eq "home"].display`, 'x']),
  ],
  ['writes names that are not known', FULL, members((index) => [`unknown${index}`, 'x'])],
];

describe('the largest patch that there can be', () => {
  it.each(long)('%s in no time', (_what, resource, Operations) => {
    const cpu = process.cpuUsage();
    let outcome: unknown;
    try {
      patched(resource as never, readPatch({ schemas: [PATCH_OP], Operations }), USER);
    } catch (error) {
      outcome = error;
    }
    const { user, system } = process.cpuUsage(cpu);
    if (outcome !== undefined) expect(outcome).toBeInstanceOf(ScimRefusal);
    // A fifth of a second is the most that was ever measured.
    expect((user + system) / 1_000).toBeLessThan(2_000);
  });

  it('of a group goes through its steps once, and has only so many', () => {
    const value = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [variant('members', index), []]),
    );
    const patch = (count: number) =>
      readPatch({ schemas: [PATCH_OP], Operations: operationsOf(count, () => ({ op: 'add', value })) });
    expect(patchedWords(patch(10)).steps).toHaveLength(600);
    const cpu = process.cpuUsage();
    expect(() => patchedWords(patch(1_000))).toThrow(ScimRefusal);
    const { user, system } = process.cpuUsage(cpu);
    expect((user + system) / 1_000).toBeLessThan(2_000);
  });
});
