import { createHash } from 'node:crypto';
import { describe, expect, it, jest } from '@jest/globals';
import type { AuditLog } from '../../audit/index.js';
import type { AppConfig } from '../../config/index.js';
import { OutboundRefused, type OutboundHttp } from '../../outbound/index.js';
import { BreachedPasswords } from './breached-passwords.js';

const RANGE = 'https://range.example/';
const SHA1 = createHash('sha1').update('secret word').digest('hex').toUpperCase();

function asking(answer: () => { status: number; body: string }, breachedRange: string | null = RANGE) {
  const send = jest.fn(() => Promise.resolve().then(() => ({ ...answer(), headers: {} })));
  const decide = jest.fn(() => Promise.resolve('id'));
  const config = {
    policies: { passwords: { ...(breachedRange && { breachedRange }) } },
  } as unknown as AppConfig;
  const service = new BreachedPasswords(
    config,
    { send } as unknown as OutboundHttp,
    { decide } as unknown as AuditLog,
  );
  return { service, send, decide };
}

describe('a service that knows passwords that became public', () => {
  it('is told five characters of a digest, and nothing else', async () => {
    const { service, send } = asking(() => ({ status: 200, body: `${SHA1.slice(5)}:12\r\n` }));
    expect(await service.has('secret word')).toBe(true);
    expect(JSON.stringify(send.mock.calls)).toContain(`${RANGE}${SHA1.slice(0, 5)}"`);
    expect(JSON.stringify(send.mock.calls)).not.toMatch(new RegExp(`secret word|${SHA1.slice(5, 12)}`));
  });

  it.each([
    ['it has others only', `${'0'.repeat(35)}:5\r\n${'A'.repeat(35)}:1`],
    ['the line is padding', `${SHA1.slice(5)}:0`],
    ['it has nothing', ''],
  ])('has not seen one when %s', async (_what, body) => {
    expect(await asking(() => ({ status: 200, body })).service.has('secret word')).toBe(false);
  });

  it.each([
    ['refuses', () => ({ status: 500, body: '' })],
    [
      'is not there',
      () => {
        throw new OutboundRefused('timeout');
      },
    ],
  ])('keeps nobody from choosing one when it %s, and that is recorded', async (_what, answer) => {
    const { service, decide } = asking(answer);
    expect(await service.has('secret word')).toBe(false);
    expect(JSON.stringify(decide.mock.calls)).toContain('user.password.unchecked');
  });

  it('is not asked where none is configured', async () => {
    const { service, send } = asking(() => ({ status: 200, body: `${SHA1.slice(5)}:9` }), null);
    expect([await service.has('secret word'), send.mock.calls.length]).toEqual([false, 0]);
  });
});
