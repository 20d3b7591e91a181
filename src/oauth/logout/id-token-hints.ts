import { Injectable } from '@nestjs/common';
import { errors, jwtVerify } from 'jose';
import { AppConfig } from '../../config/index.js';
import { KeyRing } from '../../keys/index.js';
import { jwtRefusal } from '../jwt-refusal.js';

/** What an id_token of ours says. */
export interface IdTokenHint {
  readonly clientId: string;
  readonly subject: string;
  readonly sessionId?: string;
}

const MAX_LENGTH = 8_192;

/** Reads id_tokens that clients hand back. */
@Injectable()
export class IdTokenHints {
  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyRing,
  ) {}

  /** RP-Initiated Logout §2: signed by us, and good however long it has expired. `undefined` for anything else. */
  async read(hint: string): Promise<IdTokenHint | undefined> {
    if (hint.length > MAX_LENGTH) return undefined;
    try {
      const { payload } = await jwtVerify(hint, async ({ kid, alg }) => this.key(kid, alg), {
        algorithms: this.keys.algorithms(),
        typ: 'JWT',
        issuer: this.config.issuer,
        requiredClaims: ['sub', 'aud', 'exp', 'iat'],
        currentDate: new Date(0), // Nothing has expired yet.
      });
      const { aud, sub, sid } = payload;
      if (typeof aud !== 'string' || typeof sub !== 'string') return undefined;
      return { clientId: aud, subject: sub, ...(typeof sid === 'string' && { sessionId: sid }) };
    } catch (error) {
      if (jwtRefusal(error) !== undefined) return undefined;
      throw error;
    }
  }

  private async key(kid: unknown, alg: string) {
    // A thumbprint (RFC 7638); the database is not asked for anything else.
    const known = typeof kid === 'string' && /^[\w-]{43}$/.test(kid);
    const key = known ? await this.keys.formerKey(kid, alg) : undefined;
    if (!key) throw new errors.JWSInvalid('unknown key');
    return key;
  }
}
