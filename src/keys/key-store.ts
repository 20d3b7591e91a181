import { Injectable } from '@nestjs/common';
import { calculateJwkThumbprint } from 'jose';
import { In, type EntityManager } from 'typeorm';
import { AuditLog, type Actor, type AuditFact, type Json } from '../audit/index.js';
import { AppConfig } from '../config/index.js';
import { KeyCustody } from './key-custody.js';
import { publishedAfterwards } from './key-times.js';
import { SigningKey } from './signing-key.entity.js';

/** "keys" in ASCII: whoever changes keys holds it, so that replicas do one thing once. */
const KEYS_LOCK = 0x6b657973;

/** Who changes a key and why; absent when it is the policy's doing. */
export interface ChangedBy {
  readonly actor: Actor;
  readonly reason?: string;
}

interface Told {
  readonly by?: ChangedBy | undefined;
  /** What the key is now; without it the same as before, or new. */
  readonly after?: SigningKey;
  readonly [detail: string]: unknown;
}

/** None of its private half. */
const snapshotOf = ({ alg, state, activateAt, activatedAt, publishUntil, revokedAt }: SigningKey) => ({
  alg,
  state,
  activate_at: activateAt,
  activated_at: activatedAt,
  publish_until: publishUntil,
  revoked_at: revokedAt,
});

/** Every change of a signing key, recorded in the same transaction. Call `lock` first. */
@Injectable()
export class KeyStore {
  constructor(
    private readonly config: AppConfig,
    private readonly custody: KeyCustody,
    private readonly audit: AuditLog,
  ) {}

  async lock(tx: EntityManager): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [KEYS_LOCK]);
  }

  /** False when another replica is at it. */
  async tryLock(tx: EntityManager): Promise<boolean> {
    const rows = await tx.query<{ mine: boolean }[]>('SELECT pg_try_advisory_xact_lock($1) AS mine', [
      KEYS_LOCK,
    ]);
    return rows[0]?.mine === true;
  }

  /** The database's clock: replicas need not agree on the time. */
  async now(tx: EntityManager): Promise<Date> {
    const [row] = await tx.query<{ now: Date }[]>('SELECT clock_timestamp() AS now');
    return row!.now;
  }

  /** Keys that sign or will. */
  signing(tx: EntityManager): Promise<SigningKey[]> {
    return tx.find(SigningKey, { where: { state: In(['next', 'active']) }, order: { createdAt: 'DESC' } });
  }

  find(tx: EntityManager, kid: string): Promise<SigningKey | null> {
    return tx.findOneBy(SigningKey, { kid });
  }

  /** A key that signs from now on; for when there is none. */
  async create(tx: EntityManager, alg: string, by?: ChangedBy): Promise<SigningKey> {
    const made = await this.make(tx, alg, by);
    await this.update(tx, made.kid, { state: 'active', activateAt: null, activatedAt: made.createdAt });
    const active: SigningKey = { ...made, state: 'active', activatedAt: made.createdAt };
    await this.record(tx, 'key.activated', made, { by, after: active });
    return active;
  }

  /** A key that is published now, and signs later. */
  async announce(tx: EntityManager, alg: string, activateAt: Date, by?: ChangedBy): Promise<SigningKey> {
    const made = await this.make(tx, alg, by);
    await this.update(tx, made.kid, { activateAt });
    const after = { ...made, activateAt };
    await this.record(tx, 'key.announced', made, { by, after, activate_at: activateAt.toISOString() });
    return after;
  }

  /** Takes a `next` key's activation forward. */
  async advance(tx: EntityManager, next: SigningKey, activateAt: Date, by: ChangedBy): Promise<SigningKey> {
    await this.update(tx, next.kid, { activateAt });
    const after = { ...next, activateAt };
    await this.record(tx, 'key.announced', next, { by, after, activate_at: activateAt.toISOString() });
    return after;
  }

  /** The `next` key signs from now on. Retire the one that did before. */
  async activate(tx: EntityManager, next: SigningKey, by?: ChangedBy): Promise<SigningKey> {
    const activatedAt = await this.now(tx);
    await this.update(tx, next.kid, { state: 'active', activatedAt });
    const active: SigningKey = { ...next, state: 'active', activatedAt };
    await this.record(tx, 'key.activated', next, { by, after: active });
    return active;
  }

  /** It signs no more, and its private half is gone for good. What it signed stays good. */
  async retire(tx: EntityManager, key: SigningKey, by?: ChangedBy): Promise<void> {
    const now = await this.now(tx);
    const seconds = key.state === 'active' ? publishedAfterwards(this.config) : 0;
    const publishUntil = new Date(now.getTime() + seconds * 1_000);
    const values = { state: 'retired', retiredAt: now, publishUntil, handle: null } as const;
    await this.update(tx, key.kid, values);
    const after = { ...key, ...values };
    await this.record(tx, 'key.retired', key, { by, after, publish_until: publishUntil.toISOString() });
  }

  /** It is published no more. Ending the tokens it signed is the caller's part, in the same transaction. */
  async revoke(tx: EntityManager, key: SigningKey, by: ChangedBy): Promise<void> {
    const revokedAt = await this.now(tx);
    const values = { state: 'revoked', revokedAt, handle: null } as const;
    await this.update(tx, key.kid, values);
    await this.record(tx, 'key.compromised', key, { by, after: { ...key, ...values }, state: key.state });
  }

  /** Keeps another handle of the same key, when the custody's own keys have changed. @throws KeyUnusable */
  async reseal(tx: EntityManager, key: SigningKey): Promise<void> {
    const handle = key.handle && this.custody.renewed?.(key.kid, key.handle);
    if (!handle) return;
    await this.update(tx, key.kid, { handle });
    await this.record(tx, 'key.resealed', key, {});
  }

  private async make(tx: EntityManager, alg: string, by: ChangedBy | undefined): Promise<SigningKey> {
    const { publicJwk, handle } = await this.custody.generate(alg);
    const kid = await calculateJwkThumbprint(publicJwk);
    const key = Object.assign(new SigningKey(), {
      kid,
      alg,
      state: 'next',
      publicJwk: { ...publicJwk, kid, alg, use: 'sig' },
      handle,
      // After the generation, which may take a while: it is published from here on.
      createdAt: await this.now(tx),
      activateAt: null,
      activatedAt: null,
      retiredAt: null,
      publishUntil: null,
      revokedAt: null,
    } satisfies SigningKey);
    await tx.insert(SigningKey, key);
    await this.record(tx, 'key.generated', key, { by });
    return key;
  }

  private async update(tx: EntityManager, kid: string, values: Partial<SigningKey>): Promise<void> {
    await tx.update(SigningKey, { kid }, values);
  }

  private async record(
    tx: EntityManager,
    type: Extract<AuditFact['type'], `key.${string}`>,
    key: SigningKey,
    { by, after, ...details }: Told,
  ): Promise<void> {
    const { kid, alg } = key;
    const made = type === 'key.generated';
    const change = { before: made ? null : snapshotOf(key), after: snapshotOf(after ?? key) };
    await this.audit.record(tx, {
      type,
      actor: by?.actor ?? { type: 'system' },
      targets: [{ type: 'key', id: kid }],
      change,
      details: {
        alg,
        use: 'sig',
        ...(details as { [detail: string]: Json }),
        ...(by?.reason && { reason: by.reason }),
      },
    });
  }
}
