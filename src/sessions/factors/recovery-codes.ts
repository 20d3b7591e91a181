import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

const CODES = 10;
/** Crockford's letters: none that is taken for another when it is read aloud or written down. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 16;
const SHAPE = /^[0-9a-hjkmnp-tv-z]{16}$/;

const MAKE = `
INSERT INTO recovery_codes (digest, user_id, created_at) SELECT digest, $1, now() FROM unnest($2::bytea[]) AS digest`;

/** Codes that each stand in once for a lost second factor. */
@Injectable()
export class RecoveryCodes {
  /** Makes new ones in place of all that there were; this is the only time anybody sees them. */
  async renew(tx: EntityManager, userId: string): Promise<string[]> {
    const codes = Array.from({ length: CODES }, newCode);
    await this.removeAll(tx, userId);
    await tx.query(MAKE, [userId, codes.map((code) => digestOf(userId, code))]);
    return codes.map((code) => code.replace(/(.{4})(?!$)/g, '$1-'));
  }

  /** True once for each code. */
  async use(tx: EntityManager, userId: string, typed: string): Promise<boolean> {
    const code = recoveryCodeOf(typed);
    if (code === undefined) return false;
    const [rows] = await tx.query<[unknown[], number]>(
      'DELETE FROM recovery_codes WHERE digest = $1 AND user_id = $2 RETURNING 1',
      [digestOf(userId, code), userId],
    );
    return rows.length > 0;
  }

  async removeAll(tx: EntityManager, userId: string): Promise<void> {
    await tx.query('DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
  }
}

function newCode(): string {
  return Array.from(randomBytes(LENGTH), (byte) => LETTERS[byte % LETTERS.length]!).join('');
}

/** The code in what was typed: in any case, with spaces and dashes, and with letters that look like digits. */
export function recoveryCodeOf(typed: string): string | undefined {
  if (typed.length > 64) return undefined;
  const code = typed
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\-–—]/g, '')
    .replace(/o/g, '0')
    .replace(/[il]/g, '1');
  return SHAPE.test(code) ? code : undefined;
}

const digestOf = (userId: string, code: string): Buffer =>
  createHash('sha256').update(`recovery-code|${userId}|${code}`).digest();
