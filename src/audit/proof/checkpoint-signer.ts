import { sign, type KeyObject } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { JWK } from 'jose';
import { CheckpointKeyStore } from './checkpoint-key-store.js';

interface OpenKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly privateKey: KeyObject;
}

/** Signs what the trail says of itself: checkpoints, and manifests of exports. Its key signs nothing else. */
@Injectable()
export class CheckpointSigner implements OnApplicationBootstrap {
  private key: OpenKey | undefined;

  constructor(private readonly keys: CheckpointKeyStore) {}

  /** After the keys that sign tokens: where `ENCRYPTION_KEYS` is wrong, they say so first. */
  async onApplicationBootstrap(): Promise<void> {
    this.key = await this.keys.current();
  }

  get kid(): string {
    return this.open().kid;
  }

  /** For whoever verifies. */
  get publicJwk(): JWK {
    return this.open().publicJwk;
  }

  /**
   * A JWS in compact form (RFC 7515 §3.1) by ES256. `typ` says what it is, so that one cannot pass for another:
   * `audit-checkpoint+jwt`, or `audit-manifest+jwt` for exports.
   */
  sign(claims: object, typ: string): string {
    const { kid, privateKey } = this.open();
    const signed = `${encoded({ alg: 'ES256', kid, typ })}.${encoded(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  private open(): OpenKey {
    if (!this.key) throw new Error('The key of the audit trail is not open yet');
    return this.key;
  }
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
