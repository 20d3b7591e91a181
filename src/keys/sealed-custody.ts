import {
  createPrivateKey,
  generateKeyPair,
  sign,
  type JsonWebKey,
  type KeyObject,
  type SignKeyObjectInput,
} from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { AppConfig } from '../config/index.js';
import { CannotOpen, Sealer } from '../sealing/index.js';
import { KeyCustody, KeyUnusable, type NewKey, type Sign } from './key-custody.js';

/** First byte of a private half as JSON; a sealed one begins with its key version, which is never so high. */
const PLAIN = '{'.charCodeAt(0);

const purposeOf = (kid: string): string => `signing-key:${kid}`;

/**
 * Private halves are in the database, sealed under `ENCRYPTION_KEYS`, and sign in this process. A developer may have
 * them there in clear; where the policy changes, the next start seals or opens what is there.
 */
@Injectable()
export class SealedCustody extends KeyCustody {
  private readonly plainText: boolean;

  constructor(
    private readonly sealer: Sealer,
    config: AppConfig,
  ) {
    super();
    this.plainText = config.policies.keys.plainText;
  }

  async generate(alg: string): Promise<NewKey> {
    const { publicKey, privateKey } = await pairFor(alg);
    const publicJwk = publicKey.export({ format: 'jwk' }) as JWK;
    const kid = await calculateJwkThumbprint(publicJwk);
    const privateJwk = Buffer.from(JSON.stringify(privateKey.export({ format: 'jwk' })));
    return { publicJwk, handle: this.handleOf(kid, privateJwk) };
  }

  async open(alg: string, kid: string, handle: Buffer): Promise<Sign> {
    const jwk = JSON.parse(this.unseal(kid, handle).toString('utf8')) as JsonWebKey;
    return signerFor(alg, createPrivateKey({ key: jwk, format: 'jwk' }));
  }

  override renewed(kid: string, handle: Buffer): Buffer | undefined {
    const plain = this.unseal(kid, handle);
    const asItShouldBe = this.plainText ? handle[0] === PLAIN : this.sealer.isCurrent(handle);
    return asItShouldBe ? undefined : this.handleOf(kid, plain);
  }

  private handleOf(kid: string, plain: Buffer): Buffer {
    return this.plainText ? plain : this.sealer.seal(purposeOf(kid), plain);
  }

  private unseal(kid: string, handle: Buffer): Buffer {
    if (handle[0] === PLAIN) return handle;
    try {
      return this.sealer.open(purposeOf(kid), handle);
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error;
      throw new KeyUnusable(
        `ENCRYPTION_KEYS does not open the signing key ${kid} in the database. Give the key it was sealed with; ` +
          'a new one would silently end every token.',
        { cause: error },
      );
    }
  }
}

const generate = promisify(generateKeyPair);

function pairFor(alg: string): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (alg) {
    case 'ES256':
      return generate('ec', { namedCurve: 'P-256' });
    case 'RS256':
      return generate('rsa', { modulusLength: 2048 });
    case 'EdDSA':
      return generate('ed25519');
    default:
      throw new Error(`No key can be made for ${alg}`);
  }
}

/** A curve takes less time than handing the work to a thread would; RSA takes ten times as much, and gets one. */
function signerFor(alg: string, key: KeyObject): Sign {
  if (alg === 'RS256') return (data) => signedInThread('sha256', data, key);
  if (alg === 'EdDSA') return (data) => sign(null, data, key);
  const input: SignKeyObjectInput = { key, dsaEncoding: 'ieee-p1363' };
  return (data) => sign('sha256', data, input);
}

function signedInThread(hash: string, data: Buffer, key: KeyObject): Promise<Buffer> {
  return new Promise((done, failed) =>
    sign(hash, data, key, (error, signature) => (error ? failed(error) : done(signature))),
  );
}
