import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OutboundRefused, type OutboundHttp } from '../../outbound/index.js';
import { KeySetUnavailable, RemoteKeySets } from './remote-key-sets.js';

const URL_ = 'https://keys.test/jwks';
const jwk = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
});

let now = 0;
let answer: () => { status: number; headers: Record<string, string>; body: string };
let asked = 0;
const http = {
  send: () => {
    asked++;
    return Promise.resolve().then(() => answer());
  },
} as unknown as OutboundHttp;

const shows = (kids: string[], cacheControl?: string) => {
  const body = JSON.stringify({ keys: kids.map(jwk) });
  answer = () => ({ status: 200, headers: { ...(cacheControl && { 'cache-control': cacheControl }) }, body });
};
const find = async (sets: RemoteKeySets, kid: string) =>
  sets.at(URL_)({ alg: 'ES256', kid }, { payload: '', signature: '' });

beforeEach(() => {
  jest.useFakeTimers();
  now = 1_000_000;
  asked = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('RemoteKeySets', () => {
  it('asks once for many, and again when what it has is no longer fresh', async () => {
    const sets = new RemoteKeySets(http);
    shows(['a'], 'max-age=120');
    await Promise.all([find(sets, 'a'), find(sets, 'a'), find(sets, 'a')]);
    now += 119_000;
    await find(sets, 'a');
    expect(asked).toBe(1);
    now += 2_000;
    await find(sets, 'a');
    expect(asked).toBe(2);
  });

  it('looks for an unknown key again, once in half a minute', async () => {
    const sets = new RemoteKeySets(http);
    shows(['a'], 'max-age=3600');
    await find(sets, 'a');
    shows(['a', 'b'], 'max-age=3600');
    await expect(find(sets, 'b')).rejects.toThrow('no applicable key');
    expect(asked).toBe(1);
    now += 30_000;
    await find(sets, 'b');
    expect(asked).toBe(2);
    for (let round = 0; round < 20; round++) await expect(find(sets, `c${round}`)).rejects.toThrow();
    expect(asked).toBe(2);
  });

  it('forgets a key that was taken out when what it has is no longer fresh', async () => {
    const sets = new RemoteKeySets(http);
    shows(['a', 'b'], 'max-age=60');
    await find(sets, 'b');
    shows(['a'], 'max-age=60');
    now += 60_001;
    await expect(find(sets, 'b')).rejects.toThrow('no applicable key');
  });

  it('keeps no failure but for a second, and tells it from a key that is not there', async () => {
    const sets = new RemoteKeySets(http);
    for (const [reason, fail] of [
      ['key_set_status_not_200', () => ({ status: 500, headers: {}, body: '' })],
      ['key_set_malformed', () => ({ status: 200, headers: {}, body: '<html>' })],
      ['key_set_malformed', () => ({ status: 200, headers: {}, body: 'null' })],
      ['key_set_malformed', () => ({ status: 200, headers: {}, body: '{"keys":{}}' })],
      [
        'key_set_timeout',
        () => {
          throw new OutboundRefused('timeout');
        },
      ],
    ] as const) {
      answer = fail;
      const before = asked;
      const refused = { name: 'KeySetUnavailable', reason };
      await expect(find(sets, 'a')).rejects.toMatchObject(refused);
      await expect(find(sets, 'a')).rejects.toBeInstanceOf(KeySetUnavailable);
      expect(asked).toBe(before + 1);
      await jest.advanceTimersByTimeAsync(1_001);
    }
    shows(['a']);
    await find(sets, 'a');
  });
});
