import type { JWK } from 'jose';

/** A new key as its custody hands it out: the public half, and what the database keeps to find the private one again. */
export interface NewKey {
  readonly publicJwk: JWK;
  readonly handle: Buffer;
}

/** Signs bytes; without a promise where that is too quick to be worth a thread. */
export type Sign = (data: Buffer) => Buffer | Promise<Buffer>;

/** The key cannot be used: its custody does not know it, or cannot open it. `message` says what to do about it. */
export class KeyUnusable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeyUnusable';
  }
}

/**
 * Where private halves are and where they sign: in the database, sealed, unless an installer gives another one, such as
 * a key management service. Signatures are as JWS has them (RFC 7518 §3.4: R and S one after the other).
 */
export abstract class KeyCustody {
  abstract generate(alg: string): Promise<NewKey>;

  /**
   * Called once for each key, not for each signature.
   * @throws KeyUnusable
   */
  abstract open(alg: string, kid: string, handle: Buffer): Promise<Sign>;

  /**
   * What to keep in place of the handle, when the custody's own keys have changed; `undefined`: it is as it should be.
   * @throws KeyUnusable
   */
  renewed?(kid: string, handle: Buffer): Buffer | undefined;
}
