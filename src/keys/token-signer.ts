import { Injectable } from '@nestjs/common';
import { SignJWT, type JWTPayload } from 'jose';
import { KeyRing } from './key-ring.js';

/** Signs tokens with the active key. What holds the key is behind this, so that a key service can take its place. */
@Injectable()
export class TokenSigner {
  constructor(private readonly ring: KeyRing) {}

  get kid(): string {
    return this.ring.current().kid;
  }

  /** `typ` is the media type without `application/`: `at+jwt` (RFC 9068 §2.1) or `JWT`. */
  sign(payload: JWTPayload, typ: string): Promise<string> {
    const { kid, alg, privateKey } = this.ring.current();
    return new SignJWT(payload).setProtectedHeader({ alg, kid, typ }).sign(privateKey);
  }
}
