import { describe, expect, it } from '@jest/globals';
import type { AppConfig } from '../../config/index.js';
import type { BreachedPasswords } from './breached-passwords.js';
import { PasswordPolicy } from './password-policy.js';
import type { PasswordStrength } from './password-strength.js';
import { loadEstimate } from './strength.thread.js';

const PERSON = { email: 'ada.lovelace@example.com', name: 'Ada Lovelace' };

/** The policy with the real dictionaries, in this thread. */
async function policy(minLength = 12, breached: readonly string[] = []): Promise<PasswordPolicy> {
  const config = {
    publicUrl: 'https://gate.example',
    brand: { name: 'Acme Analytics' },
    policies: { passwords: { minLength } },
  } as AppConfig;
  const estimate = await loadEstimate();
  const strength = {
    score: (password: string, context: readonly string[]) =>
      Promise.resolve(estimate(password.slice(0, 48), [...context])),
  } as PasswordStrength;
  const known = { has: (password: string) => Promise.resolve(breached.includes(password)) };
  return new PasswordPolicy(config, strength, known as BreachedPasswords);
}

describe('a password that somebody chooses', () => {
  it.each([
    'correct horse battery staple',
    'velvet tractor monsoon piano',
    'zK9#vLq2mXw!7',
    'Donaudampfschiff mit Rückenwind',
    '北京 的 春天 有 很多 风筝 和 花',
    'the quick heron slept under 14 old bridges while nobody from the village was looking. '.repeat(2),
  ])('may be %p', async (password) => {
    expect(await (await policy()).problemOf(password, PERSON)).toBeUndefined();
  });

  it.each([
    ['too short', 'k7#Qz!p2', 'too_short'],
    ['too short, counted as people count', '\u{1f600}'.repeat(6), 'too_short'],
    ['too long', 'a b'.repeat(86), 'too_long'],
    ['common', 'Password1234!', 'too_weak'],
    ['one letter', 'aaaaaaaaaaaaaaaa', 'too_weak'],
    ['a row of keys', 'qwertyuiopasdfgh', 'too_weak'],
    ['their own name', 'AdaLovelace1815', 'too_weak'],
    ['their own address', 'ada.lovelace@example.com', 'too_weak'],
    ['the name of this place', 'AcmeAnalytics2026', 'too_weak'],
    ['where this place is', 'gate.example2026!', 'too_weak'],
    ['public', 'a password of somebody', 'breached'],
  ])('may not be %s', async (_what, password, problem) => {
    expect(await (await policy(12, ['a password of somebody'])).problemOf(password, PERSON)).toBe(problem);
  });

  it('may be shorter where that is allowed', async () => {
    expect(await (await policy(8)).problemOf('zK9#vLq2mX', PERSON)).toBeUndefined();
    expect(await (await policy(20)).problemOf('zK9#vLq2mXw!7', PERSON)).toBe('too_short');
  });

  it('is one password in every spelling of its letters', async () => {
    const twelve = 'e\u0301'.repeat(6) + 'zK9#vL';
    expect(await (await policy()).problemOf(twelve, PERSON)).not.toBe('too_short');
  });
});
