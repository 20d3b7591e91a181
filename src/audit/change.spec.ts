import { describe, expect, it } from '@jest/globals';
import { recordedChange } from './change.js';

describe('a recorded change', () => {
  it('is an RFC 6902 patch from what was to what is', () => {
    const { patch } = recordedChange({
      before: { name: 'a', roles: ['x'], gone: 1 },
      after: { name: 'b', roles: ['x', 'y'], 'a/b~c': true },
    });
    expect(patch).toEqual(
      expect.arrayContaining([
        { op: 'replace', path: '/name', value: 'b' },
        { op: 'add', path: '/roles/-', value: 'y' },
        { op: 'remove', path: '/gone' },
        { op: 'add', path: '/a~1b~0c', value: true },
      ]),
    );
  });

  it('says of a secret only that it is another one', () => {
    const same = { name: 'a' };
    expect(recordedChange({ before: same, after: same, secrets: ['client_secret'] }).patch).toEqual([
      { op: 'replace', path: '/client_secret', value: { changed: true } },
    ]);
  });

  it('has the same hash for the same thing in another order, and another for another thing', () => {
    const hash = (after: Record<string, unknown>) => recordedChange({ before: null, after }).after_hash;
    expect(hash({ a: 1, b: { c: 2, d: [3] } })).toBe(hash({ b: { d: [3], c: 2 }, a: 1 }));
    expect(hash({ a: 1 })).not.toBe(hash({ a: 2 }));
    expect(hash({ at: new Date(0) })).toBe(hash({ at: '1970-01-01T00:00:00.000Z' }));
  });

  it('has no hash of what was not yet, or is no more', () => {
    expect(recordedChange({ before: null, after: {} }).before_hash).toBeNull();
    expect(recordedChange({ before: {}, after: null }).after_hash).toBeNull();
  });
});
