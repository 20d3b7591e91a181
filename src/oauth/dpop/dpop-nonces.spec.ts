import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AppConfig } from '../../config/index.js';
import { Sealer } from '../../sealing/index.js';
import { DpopNonces } from './dpop-nonces.js';

const nonces = (...versions: [number, Buffer][]) => {
  const config = { encryptionKeys: new Map(versions), lifetimes: { dpopNonce: 120 } };
  return new DpopNonces(config as unknown as AppConfig, new Sealer(config as unknown as AppConfig));
};
const [one, two] = [randomBytes(32), randomBytes(32)];

beforeEach(() => {
  jest.useFakeTimers({ now: 120_000 * 10_000 });
});
afterEach(() => {
  jest.useRealTimers();
});
const later = (seconds: number) => jest.setSystemTime(Date.now() + seconds * 1_000);

describe('DpopNonces', () => {
  it('gives the same one for a while, which is good for that while and the next', () => {
    const here = nonces([1, one]);
    const nonce = here.current();
    later(119);
    expect([here.current(), here.judge(nonce)]).toEqual([nonce, 'good']);
    later(1);
    expect(here.current()).not.toBe(nonce);
    expect(here.judge(nonce)).toBe('ageing');
    later(119);
    expect(here.judge(nonce)).toBe('ageing');
    later(1);
    expect(here.judge(nonce)).toBe('stale');
  });

  it('is the same on a replica whose clock is a little ahead or behind', () => {
    const here = nonces([1, one]);
    later(110);
    const early = here.current();
    later(20);
    const ahead = here.current();
    later(-20);
    expect(here.judge(ahead)).toBe('good');
    expect(here.judge(early)).toBe('good');
    later(-60);
    expect(here.judge(ahead)).toBe('stale');
  });

  it('outlives the rotation of the keys, and is nobody else’s', () => {
    const nonce = nonces([1, one]).current();
    expect(nonces([1, one], [2, two]).judge(nonce)).toBe('good');
    expect(nonces([2, two]).judge(nonce)).toBe('stale');
  });

  it.each([undefined, '', 'x', 'A'.repeat(43), 'A'.repeat(10_000)])('calls %p stale', (nonce) =>
    expect(nonces([1, one]).judge(nonce)).toBe('stale'),
  );
});
