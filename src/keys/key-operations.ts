import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import { DataSource, type EntityManager } from 'typeorm';
import { AppConfig } from '../config/index.js';
import { KeyRing } from './key-ring.js';
import { KeyStore, type ChangedBy } from './key-store.js';
import { leastAnnouncement } from './key-times.js';
import { SigningKey, type KeyState } from './signing-key.entity.js';

const MAX_LISTED = 500;

/** A key as operators see it. */
export interface KeyView {
  readonly kid: string;
  readonly alg: string;
  readonly state: KeyState;
  readonly publicJwk: JWK;
  readonly createdAt: Date;
  readonly activateAt?: Date;
  readonly activatedAt?: Date;
  readonly retiredAt?: Date;
  readonly publishUntil?: Date;
  readonly revokedAt?: Date;
}

/** What revoking a key did; `successor` signs in its place. */
export interface RevokedKey {
  readonly revoked: boolean;
  readonly successor?: string;
}

/** What people do to keys beside the policy. */
@Injectable()
export class KeyOperations {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly store: KeyStore,
    private readonly ring: KeyRing,
  ) {}

  /** Newest first. */
  async list(): Promise<KeyView[]> {
    const keys = await this.dataSource
      .getRepository(SigningKey)
      .find({ order: { createdAt: 'DESC' }, take: MAX_LISTED });
    return keys.map(viewOf);
  }

  async find(kid: string): Promise<KeyView | undefined> {
    const key = await this.dataSource.getRepository(SigningKey).findOneBy({ kid });
    return key ? viewOf(key) : undefined;
  }

  /**
   * Another key signs soon: at once when it has been announced, and otherwise as soon as it has been published long
   * enough for verifiers to know it, or, `immediate`, for the other replicas to. Answers that key.
   */
  async rotate(by: ChangedBy, { alg, immediate = false }: RotateOptions = {}): Promise<KeyView> {
    const wanted = alg ?? this.config.policies.keys.algorithm;
    const seconds = leastAnnouncement(this.config.policies.keys, immediate);
    return this.change((tx) => this.replace(tx, wanted, seconds, by));
  }

  /** It signs no more once another does; what it signed stays good. A key that is over stays as it is. */
  async retire(kid: string, by: ChangedBy): Promise<KeyView | undefined> {
    return this.change(async (tx) => {
      const key = await this.store.find(tx, kid);
      const seconds = leastAnnouncement(this.config.policies.keys);
      if (key?.state === 'active' && this.isNeeded(key)) await this.replace(tx, key.alg, seconds, by);
      else if (key?.state === 'active' || key?.state === 'next') {
        await this.store.retire(tx, key, by);
        await this.fill(tx, this.config.policies.keys.algorithm, by);
      }
      const after = key && (await this.store.find(tx, kid));
      return after ? viewOf(after) : undefined;
    });
  }

  /**
   * In the caller's transaction, which also ends the tokens it signed. Its place is taken at once, whether or not anybody
   * was told of the successor: what it signs from now on is worth nothing. Call `refresh` after the commit.
   */
  async revoke(tx: EntityManager, kid: string, by: ChangedBy): Promise<RevokedKey | undefined> {
    await this.store.lock(tx);
    const key = await this.store.find(tx, kid);
    if (!key) return undefined;
    if (key.state === 'revoked') return { revoked: false };
    await this.store.revoke(tx, key, by);
    if (key.state !== 'active') return { revoked: true };
    const successor = await this.fill(
      tx,
      this.isNeeded(key) ? key.alg : this.config.policies.keys.algorithm,
      by,
    );
    return { revoked: true, ...(successor && { successor: successor.kid }) };
  }

  /** Applies here at once what was committed. */
  async refresh(): Promise<void> {
    await this.ring.refresh(0);
  }

  private async change<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const result = await this.dataSource.transaction(async (tx) => {
      await this.store.lock(tx);
      return work(tx);
    });
    await this.refresh();
    return result;
  }

  private async replace(tx: EntityManager, alg: string, seconds: number, by: ChangedBy): Promise<KeyView> {
    const keys = (await this.store.signing(tx)).filter((key) => key.alg === alg);
    const next = keys.find(({ state }) => state === 'next');
    const now = await this.store.now(tx);
    const from = (moment: Date): Date => new Date(moment.getTime() + seconds * 1_000);
    if (!next) return viewOf(await this.store.announce(tx, alg, from(now), by));
    const activateAt = from(next.createdAt);
    if (activateAt <= now && this.ring.isEverywhere(next.kid)) {
      for (const active of keys.filter(({ state }) => state === 'active'))
        await this.store.retire(tx, active, by);
      return viewOf(await this.store.activate(tx, next, by));
    }
    if (next.activateAt !== null && next.activateAt <= activateAt) return viewOf(next);
    return viewOf(await this.store.advance(tx, next, activateAt, by));
  }

  /** Something has to sign with an algorithm: the key that was to be the next, or a new one. */
  private async fill(tx: EntityManager, alg: string, by: ChangedBy): Promise<SigningKey | undefined> {
    const keys = (await this.store.signing(tx)).filter((key) => key.alg === alg);
    if (keys.some(({ state }) => state === 'active')) return undefined;
    return keys[0] ? this.store.activate(tx, keys[0], by) : this.store.create(tx, alg, by);
  }

  private isNeeded({ alg }: SigningKey): boolean {
    return (this.config.signingAlgorithms as readonly string[]).includes(alg);
  }
}

export interface RotateOptions {
  readonly alg?: string;
  readonly immediate?: boolean;
}

function viewOf(key: SigningKey): KeyView {
  return {
    kid: key.kid,
    alg: key.alg,
    state: key.state,
    publicJwk: key.publicJwk,
    createdAt: key.createdAt,
    ...(key.activateAt && { activateAt: key.activateAt }),
    ...(key.activatedAt && { activatedAt: key.activatedAt }),
    ...(key.retiredAt && { retiredAt: key.retiredAt }),
    ...(key.publishUntil && { publishUntil: key.publishUntil }),
    ...(key.revokedAt && { revokedAt: key.revokedAt }),
  };
}
