import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
} from 'jose';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog } from '../audit/index.js';
import { ConfigError } from '../config/index.js';
import { CannotOpen, Sealer } from '../sealing/index.js';
import { SigningKey } from './signing-key.entity.js';

export const SIGNING_ALG = 'ES256';

/** "keys" in ASCII: replicas that start at once on an empty database take it, and one makes the first key. */
const KEYS_LOCK = 0x6b657973;
const RELOAD_MS = 2_000;
const purposeOf = (kid: string): string => `signing-key:${kid}`;

export interface ActiveKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
}

/** The signing keys in memory: imported once, never per signature. */
@Injectable()
export class KeyRing implements OnModuleInit {
  private readonly logger = new Logger('keys');
  private readonly publicKeys = new Map<string, CryptoKey>();
  private jwks: readonly JWK[] = [];
  private active: ActiveKey | undefined;
  private loadedAt = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
    private readonly audit: AuditLog,
  ) {}

  async onModuleInit(): Promise<void> {
    const rows = await this.dataSource.transaction((tx) => this.ensureOne(tx));
    await this.use(rows);
  }

  current(): ActiveKey {
    if (!this.active) throw new Error('The key ring has no active key');
    return this.active;
  }

  /** The public keys that verify tokens of ours, newest first (RFC 7517). */
  published(): readonly JWK[] {
    return this.jwks;
  }

  /** The key for a token's `kid`. One that is not known is looked up once in a while: another replica may have made it. */
  async publicKey(kid: string): Promise<CryptoKey | undefined> {
    if (!this.publicKeys.has(kid) && performance.now() - this.loadedAt > RELOAD_MS) {
      this.loadedAt = performance.now();
      await this.use(await this.dataSource.getRepository(SigningKey).find({ order: { createdAt: 'DESC' } }));
    }
    return this.publicKeys.get(kid);
  }

  private async ensureOne(tx: EntityManager): Promise<SigningKey[]> {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [KEYS_LOCK]);
    const keys = await tx.find(SigningKey, { order: { createdAt: 'DESC' } });
    if (keys.some(({ state }) => state === 'active')) return keys;
    const made = await this.generate();
    await tx.insert(SigningKey, made);
    await this.audit.record(tx, {
      type: 'key.generated',
      targets: [{ type: 'key', id: made.kid }],
      details: { alg: made.alg },
    });
    this.logger.log(`Made the signing key ${made.kid}`);
    return [made, ...keys];
  }

  private async generate(): Promise<SigningKey> {
    const { publicKey, privateKey } = await generateKeyPair(SIGNING_ALG, { extractable: true });
    const publicJwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    const sealed = this.sealer.seal(purposeOf(kid), JSON.stringify(await exportJWK(privateKey)));
    return Object.assign(new SigningKey(), {
      kid,
      alg: SIGNING_ALG,
      state: 'active',
      publicJwk: { ...publicJwk, kid, alg: SIGNING_ALG, use: 'sig' },
      sealedPrivate: sealed,
      createdAt: new Date(),
      activatedAt: new Date(),
    } satisfies SigningKey);
  }

  private async use(keys: readonly SigningKey[]): Promise<void> {
    for (const { kid, alg, publicJwk } of keys) {
      if (!this.publicKeys.has(kid)) this.publicKeys.set(kid, (await importJWK(publicJwk, alg)) as CryptoKey);
    }
    this.jwks = keys.map(({ publicJwk }) => publicJwk);
    this.loadedAt = performance.now();
    const active = keys.find(({ state }) => state === 'active');
    if (active && active.kid !== this.active?.kid) this.active = await this.open(active);
  }

  private async open(key: SigningKey): Promise<ActiveKey> {
    try {
      const jwk = JSON.parse(this.sealer.open(purposeOf(key.kid), key.sealedPrivate).toString('utf8')) as JWK;
      return { kid: key.kid, alg: key.alg, privateKey: (await importJWK(jwk, key.alg)) as CryptoKey };
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error;
      throw new ConfigError([
        `ENCRYPTION_KEYS does not open the signing key ${key.kid} in the database. Give the key it was sealed with; ` +
          'a new one would silently end every token.',
      ]);
    }
  }
}
