import { beforeEach, describe, expect, it, jest } from '@jest/globals';

const argon2 = { argon2id: 2, hash: jest.fn(), verify: jest.fn() };
jest.unstable_mockModule('argon2', () => ({ default: argon2 }));
const { hashPassword, MAX_PASSWORD, verifyPassword } = await import('./password.js');

beforeEach(() => {
  argon2.hash.mockReset().mockImplementation(() => Promise.resolve('a hash'));
  argon2.verify.mockReset().mockImplementation(() => Promise.resolve(true));
});

describe('checking a password', () => {
  it('costs one comparison, whether there is such a person, one without a password, or none', async () => {
    // What nobody's password is compared with is made once.
    await verifyPassword(undefined, 'x');
    for (const [hash, matches] of [
      ['of somebody', true],
      [null, false],
      [undefined, false],
    ] as const) {
      argon2.verify.mockClear();
      argon2.hash.mockClear();
      expect([hash, await verifyPassword(hash, 'x')]).toEqual([hash, matches]);
      expect([argon2.verify.mock.calls.length, argon2.hash.mock.calls.length]).toEqual([1, 0]);
    }
  });

  it('that is too long costs none', async () => {
    expect(await verifyPassword('of somebody', 'x'.repeat(MAX_PASSWORD + 1))).toBe(false);
    expect(argon2.verify).not.toHaveBeenCalled();
    expect(await verifyPassword('of somebody', 'x'.repeat(MAX_PASSWORD))).toBe(true);
  });

  it('compares all of it, in one spelling of each letter', async () => {
    await hashPassword('e\u0301'.repeat(100));
    expect(argon2.hash.mock.calls[0]![0]).toBe('é'.repeat(100));
  });
});

describe('many passwords at once', () => {
  it('are compared two at a time, and refused when too many wait', async () => {
    // Whoever comes first has the hash made that is compared where there is none; it would count as one more.
    await verifyPassword(undefined, 'x');
    let running = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    argon2.verify.mockImplementation(async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((go) => waiting.push(go));
      running--;
      return false;
    });
    const checks = Array.from({ length: 300 }, () =>
      verifyPassword('of somebody', 'x').then(String, (error: Error) => error.constructor.name),
    );
    const release = setInterval(() => waiting.splice(0).forEach((go) => go()), 1);
    const outcomes = await Promise.all(checks);
    clearInterval(release);
    expect(most).toBe(2);
    expect(outcomes.filter((outcome) => outcome === 'PasswordQueueFull')).toHaveLength(98);
  });
});
