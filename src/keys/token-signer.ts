import { Injectable } from '@nestjs/common';
import type { JWTPayload } from 'jose';
import { KeyRing } from './key-ring.js';

/** Signs tokens with the active key, wherever that is. */
@Injectable()
export class TokenSigner {
  constructor(private readonly ring: KeyRing) {}

  /** What signs unless something else is asked for. */
  get alg(): string {
    return this.ring.current().alg;
  }

  /** The key that signs at the moment. */
  kid(alg?: string): string {
    return this.ring.current(alg).kid;
  }

  /**
   * A JWS in compact form (RFC 7515 §3.1). `typ` is the media type without `application/`: `at+jwt` (RFC 9068 §2.1) or
   * `JWT`.
   */
  async sign(payload: JWTPayload, typ: string, alg?: string): Promise<string> {
    const key = this.ring.current(alg);
    const signed = `${encoded({ alg: key.alg, kid: key.kid, typ })}.${encoded(payload)}`;
    const signature = await key.sign(Buffer.from(signed));
    return `${signed}.${signature.toString('base64url')}`;
  }
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
