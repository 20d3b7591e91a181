import { describe, expect, it } from '@jest/globals';
import { MOST_BYTES, sealedArguments } from './sealed-arguments.js';

const sealed = (args: unknown) => sealedArguments(args, JSON.stringify(args).length);

describe('arguments that are kept sealed', () => {
  it('are whole', () => {
    const args = { title: 'x', at: [{ note: 'y' }, null, 1.5], urgent: false };
    expect(sealed(args)).toEqual(args);
  });

  it('have no secret that is called one', () => {
    const names = ['password', 'apiKey', 'client_secret', 'access_token', 'Authorization', 'pin', 'user_otp'];
    for (const name of names)
      expect(sealed({ in: { [name]: 'hunter2' } })).toEqual({ in: { [name]: '[redacted]' } });
    expect(sealed({ opinion: 'kept', pinned: true })).toEqual({ opinion: 'kept', pinned: true });
  });

  it('are left out when they are large, and cut off where they are deep', () => {
    expect(sealed({ a: 'x'.repeat(MOST_BYTES) })).toEqual({ left_out: { bytes: expect.any(Number) } });
    let deep: unknown = 'bottom';
    for (let level = 0; level < 500; level++) deep = [deep];
    expect(JSON.stringify(sealed(deep))).toContain('…');
  });
});
