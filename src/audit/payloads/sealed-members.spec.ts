import { describe, expect, it } from '@jest/globals';
import { partedAt, stepsOf } from './sealed-members.js';

const parted = (event: Parameters<typeof partedAt>[0], ...paths: string[]) =>
  partedAt(
    event,
    paths.map((path) => [path, stepsOf(path)]),
  );

describe('what is taken out of an event', () => {
  it('stands in the payload where it stood, and in the event no more', () => {
    const event = {
      actor: { type: 'user', display: 'a@example.com' },
      details: { email: { before: 'a@example.com', after: 'b@example.com' }, origin: 'scim' },
    };
    expect(parted(event, 'actor.display', 'details.email', 'details.item')).toEqual({
      open: { actor: { type: 'user' }, details: { origin: 'scim' } },
      sealed: {
        actor: { display: 'a@example.com' },
        details: { email: { before: 'a@example.com', after: 'b@example.com' } },
      },
      fields: ['actor.display', 'details.email'],
    });
  });

  it('is taken from each element of a list, which keeps its length and order', () => {
    const patch = [
      { op: 'add', path: '/name', value: 'A' },
      { op: 'remove', path: '/x' },
    ];
    const event = { change: { before_hash: null, after_hash: 'ab', patch } };
    const { open, sealed, fields } = parted(
      event,
      'change.patch[].value',
      'change.before_hash',
      'change.after_hash',
    );
    expect(open).toEqual({
      change: {
        before_hash: null,
        patch: [
          { op: 'add', path: '/name' },
          { op: 'remove', path: '/x' },
        ],
      },
    });
    expect(sealed).toEqual({ change: { after_hash: 'ab', patch: [{ value: 'A' }, null] } });
    expect(fields).toEqual(['change.patch[].value', 'change.after_hash']);
  });

  it('leaves an event alone that has none of it, whatever its members are', () => {
    for (const event of [{}, { targets: 'x' }, { targets: [], actor: null }, { targets: [null, 'x', {}] }]) {
      const { open, sealed, fields } = parted(event, 'targets[].display', 'actor.display.x');
      expect([open, sealed, fields]).toEqual([event, undefined, []]);
    }
  });

  it('leaves no empty member behind', () => {
    expect(parted({ type: 'x', details: { email: 'a@b' } }, 'details.email').open).toEqual({ type: 'x' });
  });
});
