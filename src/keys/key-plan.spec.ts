import { describe, expect, it } from '@jest/globals';
import { dueSteps, type PlannedKey, type RotationPolicy } from './key-plan.js';

const policy: RotationPolicy = {
  algorithms: ['ES256'],
  rotateEvery: 100,
  announce: 20,
  leastAnnouncement: 10,
  propagation: 2,
};
const at = (seconds: number): Date => new Date(1_000_000_000_000 + seconds * 1_000);

const key = (kid: string, state: PlannedKey['state'], more: Partial<PlannedKey> = {}): PlannedKey => ({
  kid,
  alg: 'ES256',
  state,
  createdAt: at(0),
  activateAt: null,
  activatedAt: state === 'active' ? at(0) : null,
  ...more,
});

describe('What is due', () => {
  it('is a key that signs at once while there is none at all', () => {
    const both = { ...policy, algorithms: ['ES256', 'RS256'] };
    expect(dueSteps([], both, at(0))).toEqual([
      { do: 'create', alg: 'ES256' },
      { do: 'create', alg: 'RS256' },
    ]);
  });

  it('is nothing until a successor has to be announced, and nothing while it is', () => {
    const active = key('a', 'active');
    expect(dueSteps([active], policy, at(79))).toEqual([]);
    expect(dueSteps([active], policy, at(80))).toEqual([
      { do: 'announce', alg: 'ES256', activateAt: at(100) },
    ]);
    const next = key('b', 'next', { createdAt: at(80), activateAt: at(100) });
    expect(dueSteps([active, next], policy, at(99))).toEqual([]);
    expect(dueSteps([active, next], policy, at(100))).toEqual([{ do: 'activate', kid: 'b', retire: 'a' }]);
  });

  it('is a whole announcement, however late it comes', () => {
    expect(dueSteps([key('a', 'active')], policy, at(5_000))).toEqual([
      { do: 'announce', alg: 'ES256', activateAt: at(5_020) },
    ]);
  });

  it('is an announcement before a key of another algorithm signs beside one that does', () => {
    const active = key('a', 'active');
    const added = { ...policy, algorithms: ['ES256', 'RS256'] };
    expect(dueSteps([active], added, at(1))).toEqual([{ do: 'announce', alg: 'RS256', activateAt: at(3) }]);
    const changed = { ...policy, algorithms: ['RS256'] };
    expect(dueSteps([active], changed, at(1))).toEqual([
      { do: 'announce', alg: 'RS256', activateAt: at(11) },
    ]);
  });

  it('retires a key of an algorithm nobody asks for when its time is over, and never the only one', () => {
    const changed = { ...policy, algorithms: ['RS256'] };
    const old = key('a', 'active');
    const now = key('b', 'active', { alg: 'RS256', activatedAt: at(90) });
    expect(dueSteps([old, now], changed, at(99))).toEqual([]);
    expect(dueSteps([old, now], changed, at(100))).toEqual([{ do: 'retire', kid: 'a' }]);
    const next = key('b', 'next', { alg: 'RS256', activateAt: at(200) });
    expect(dueSteps([old, next], changed, at(150))).toEqual([]);
  });
});
