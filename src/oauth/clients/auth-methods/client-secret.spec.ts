import { describe, expect, it } from '@jest/globals';
import { digest } from '../../../sealing/index.js';
import { matchesSecret, secretRefusal } from './client-secret.js';

const in_ = (seconds: number) => new Date(Date.now() + seconds * 1_000);
const client = (previousSecretUntil: Date | null) => ({
  secretDigest: digest('new'),
  previousSecretDigest: digest('old'),
  previousSecretUntil,
});

describe('matchesSecret', () => {
  it('takes the secret, and the one before as long as the overlap lasts', () => {
    expect(matchesSecret(client(in_(60)), 'new')).toBe(true);
    expect(matchesSecret(client(in_(60)), 'old')).toBe(true);
    expect(matchesSecret(client(in_(-1)), 'new')).toBe(true);
    expect(matchesSecret(client(in_(-1)), 'old')).toBe(false);
    expect(matchesSecret(client(null), 'old')).toBe(false);
  });

  it.each(['', 'ne', 'neww', 'NEW', ' new', 'old '])('does not take %p', (secret) =>
    expect(matchesSecret(client(in_(60)), secret)).toBe(false),
  );

  it('takes nothing for nobody and for a client without a secret', () => {
    const bare = { secretDigest: null, previousSecretDigest: null, previousSecretUntil: in_(60) };
    for (const secret of ['', 'new', '\0'.repeat(32)]) {
      expect(matchesSecret(undefined, secret)).toBe(false);
      expect(matchesSecret(bare, secret)).toBe(false);
      expect(secretRefusal(undefined, secret)).toBe(secret ? 'wrong_secret' : 'secret_missing');
    }
  });
});
