import { createPrivateKey, generateKeyPair, type JsonWebKey } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { calculateJwkThumbprint, errors, type JWK } from 'jose';
import { DataSource, type EntityManager } from 'typeorm';
import { ConfigError } from '../../config/index.js';
import { CannotOpen, Sealer } from '../../sealing/index.js';
import { AuditLog } from '../audit-log.js';
import { AuditKey } from './audit-key.entity.js';

/** "audk" in ASCII: replicas that start at once make one key. */
const KEY_LOCK = 0x6175646b;

const KEYS_MS = 10_000;

const purposeOf = (kid: string): string => `audit-key:${kid}`;
const generate = promisify(generateKeyPair);

/** Keeps the key that signs checkpoints: sealed under `ENCRYPTION_KEYS`, and of no use for a token. */
@Injectable()
export class CheckpointKeyStore {
  private known = { keys: new Map<string, JWK>(), until: 0 };

  constructor(
    private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
    private readonly audit: AuditLog,
  ) {}

  /**
   * The key that signs; made when there is none, sealed anew when `ENCRYPTION_KEYS` has a higher version.
   * @throws ConfigError when it cannot be opened: another key in its place would look like somebody else's.
   */
  async current(): Promise<{ kid: string; publicJwk: JWK; privateKey: ReturnType<typeof createPrivateKey> }> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [KEY_LOCK]);
      const found = await tx.find(AuditKey, { order: { createdAt: 'DESC' } });
      if (found.length === 0) found.push(await this.make(tx));
      const ours: AuditKey[] = [];
      for (const key of found)
        if (await this.isOurs(key.kid, key.publicJwk, key.sealedPrivate)) ours.push(key);
      const { kid, publicJwk } = (ours[0] ?? found[0])!;
      const plain = await this.openAll(tx, ours.length > 0 ? ours : found);
      const jwk = JSON.parse(plain.toString()) as JsonWebKey;
      return { kid, publicJwk, privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) };
    });
  }

  /** Public halves of every key there was, by their ids. A key is never changed and seldom made. */
  async published(db: EntityManager = this.dataSource.manager): Promise<ReadonlyMap<string, JWK>> {
    if (performance.now() < this.known.until) return this.known.keys;
    const keys = await this.readPublic(db);
    this.known = { keys, until: performance.now() + KEYS_MS };
    return keys;
  }

  private async readPublic(db: EntityManager): Promise<Map<string, JWK>> {
    const rows = await db.query<{ kid: string; jwk: JWK; sealed: Buffer }[]>(
      'SELECT kid, public_jwk AS jwk, sealed_private AS sealed FROM audit_keys',
    );
    const keys = new Map<string, JWK>();
    for (const { kid, jwk, sealed } of rows) {
      // Another replica may have sealed it under a key version that this one has not got.
      const known = this.known.keys.get(kid);
      if (known || (await this.isOurs(kid, jwk, sealed))) keys.set(kid, known ?? jwk);
    }
    return keys;
  }

  /** Whoever can write to the table can put a key there, but none that is sealed under its own thumbprint. */
  private async isOurs(kid: string, jwk: JWK, sealed: Buffer): Promise<boolean> {
    try {
      this.sealer.open(purposeOf(kid), sealed);
      return (await calculateJwkThumbprint(jwk)) === kid;
    } catch (error) {
      if (error instanceof CannotOpen || error instanceof errors.JOSEError) return false;
      throw error;
    }
  }

  /** Seals each anew that is not under the highest key version. Answers the private half of the first. */
  private async openAll(tx: EntityManager, keys: readonly AuditKey[]): Promise<Buffer> {
    const plain = keys.map(({ kid, sealedPrivate }) => this.open(kid, sealedPrivate));
    for (const [at, { kid, sealedPrivate }] of keys.entries())
      if (!this.sealer.isCurrent(sealedPrivate)) await this.reseal(tx, kid, plain[at]!);
    return plain[0]!;
  }

  private async make(tx: EntityManager): Promise<AuditKey> {
    const { publicKey, privateKey } = await generate('ec', { namedCurve: 'P-256' });
    const publicJwk = publicKey.export({ format: 'jwk' }) as JWK;
    const kid = await calculateJwkThumbprint(publicJwk);
    const made = Object.assign(new AuditKey(), {
      kid,
      publicJwk: { ...publicJwk, kid, alg: 'ES256', use: 'sig' },
      sealedPrivate: this.sealer.seal(purposeOf(kid), JSON.stringify(privateKey.export({ format: 'jwk' }))),
      createdAt: new Date(),
    } satisfies AuditKey);
    await tx.insert(AuditKey, made);
    await this.audit.record(tx, {
      type: 'audit.key.generated',
      actor: { type: 'system' },
      targets: [{ type: 'key', id: kid }],
      details: { alg: 'ES256' },
    });
    return made;
  }

  private async reseal(tx: EntityManager, kid: string, plain: Buffer): Promise<void> {
    await tx.update(AuditKey, { kid }, { sealedPrivate: this.sealer.seal(purposeOf(kid), plain) });
    await this.audit.record(tx, {
      type: 'audit.key.resealed',
      actor: { type: 'system' },
      targets: [{ type: 'key', id: kid }],
    });
  }

  private open(kid: string, sealed: Buffer): Buffer {
    try {
      return this.sealer.open(purposeOf(kid), sealed);
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error;
      throw new ConfigError([
        `ENCRYPTION_KEYS does not open the key ${kid} that signs the audit trail. Give the key it was sealed with.`,
      ]);
    }
  }
}
