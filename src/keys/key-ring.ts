import { Injectable, Logger } from '@nestjs/common';
import { importJWK, type CryptoKey, type JWK } from 'jose';
import { DataSource } from 'typeorm';
import { AppConfig, ConfigError } from '../config/index.js';
import { isDatabaseUnavailable, isRehearsing } from '../database/index.js';
import { KeyCustody, KeyUnusable, type Sign } from './key-custody.js';
import { VIEW_MS } from './key-times.js';
import type { KeyState } from './signing-key.entity.js';

/** Milliseconds; a key that is not known is looked for no more often. */
const LOOKUP_MS = 250;

/** What is in the key set: what signs, what will, and what signed tokens that can still be alive. */
const PUBLISHED = `
SELECT kid, alg, state, public_jwk AS jwk, created_at AS "createdAt", activate_at AS "activateAt",
  activated_at AS "activatedAt", sealed_private AS handle, clock_timestamp() AS now
FROM signing_keys WHERE state IN ('next', 'active') OR (state = 'retired' AND publish_until > now())
ORDER BY created_at DESC, kid`;

const FORMER = `SELECT public_jwk AS jwk FROM signing_keys WHERE kid = $1 AND alg = $2 AND state = 'retired'`;

export interface ActiveKey {
  readonly kid: string;
  readonly alg: string;
  readonly sign: Sign;
}

/** A row as it is held. */
export interface HeldKey {
  readonly kid: string;
  readonly alg: string;
  readonly state: KeyState;
  readonly jwk: JWK;
  readonly createdAt: Date;
  readonly activateAt: Date | null;
  readonly activatedAt: Date | null;
}

interface Row extends HeldKey {
  readonly handle: Buffer | null;
  readonly now: Date;
}

/** The signing keys as this replica knows them. Each is opened once, never per signature. */
@Injectable()
export class KeyRing {
  private readonly logger = new Logger('keys');
  private readonly publicKeys = new Map<string, CryptoKey>();
  private readonly signers = new Map<string, Sign>();
  private readonly unusable = new Set<string>();
  /** When this replica had first read a key that was committed. */
  private readonly seenAt = new Map<string, number>();
  private held: ReadonlyMap<string, HeldKey> = new Map();
  /** By algorithm. */
  private active: ReadonlyMap<string, ActiveKey> = new Map();
  private viewedAt = -Infinity;
  private refreshing: Promise<void> | undefined;
  /** The database's time when the keys were read. */
  now = new Date(0);

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly custody: KeyCustody,
  ) {}

  /** What signs; without an algorithm the default one, or what stands in until its first key may sign. */
  current(alg?: string): ActiveKey {
    const key = this.active.get(alg ?? this.config.policies.keys.algorithm);
    const found = key ?? (alg === undefined ? this.active.values().next().value : undefined);
    if (!found) throw new Error(`There is no key that signs${alg === undefined ? '' : ` with ${alg}`}`);
    return found;
  }

  /** Whether there is a key that signs with an algorithm. */
  signs(alg: string): boolean {
    return this.active.has(alg);
  }

  /** Algorithms a token of ours may be signed with: those of all keys that are published, the default one first. */
  algorithms(): string[] {
    const first = this.active.get(this.config.policies.keys.algorithm);
    return [...new Set([...(first ? [first.alg] : []), ...this.keys().map(({ alg }) => alg)])];
  }

  /** Newest first. */
  keys(): readonly HeldKey[] {
    return [...this.held.values()];
  }

  /** Whether a key is published, as far as this replica knows. */
  holds(kid: string): boolean {
    return this.held.has(kid);
  }

  /**
   * Whether every replica publishes the key: this one has known it for longer than any of them answers with an old view.
   * It holds however long the commit took, and whatever their clocks say.
   */
  isEverywhere(kid: string): boolean {
    return performance.now() - (this.seenAt.get(kid) ?? Infinity) > VIEW_MS;
  }

  /**
   * The public key for a token's `kid`. One that is not known is looked up, because another replica may have made it,
   * but only once in a while.
   */
  async publicKey(kid: string, alg?: string): Promise<CryptoKey | undefined> {
    if (!this.held.has(kid)) await this.refresh(LOOKUP_MS);
    const key = this.held.get(kid);
    return key && (alg === undefined || alg === key.alg) ? this.publicKeys.get(kid) : undefined;
  }

  /**
   * The same, and once it has left the key set too, unless it was revoked: for what is handed back after its time, such
   * as the id_token of a browser that signs out. Nothing may be opened by what it verifies.
   */
  async formerKey(kid: string, alg: string): Promise<CryptoKey | undefined> {
    const published = await this.publicKey(kid, alg);
    if (published) return published;
    const [former] = await this.dataSource.query<{ jwk: JWK }[]>(FORMER, [kid, alg]);
    return former && ((await importJWK(former.jwk, alg)) as CryptoKey);
  }

  /** The public keys that verify tokens of ours (RFC 7517). `fresh` is false when the database is away. */
  async published(): Promise<{ keys: readonly JWK[]; fresh: boolean }> {
    const fresh = await this.refresh(VIEW_MS).then(
      () => true,
      (error: unknown) => {
        if (isDatabaseUnavailable(error)) return false;
        throw error;
      },
    );
    return { keys: this.keys().map(({ jwk }) => jwk), fresh };
  }

  /** Reads the keys again, unless that was begun less than so many milliseconds ago. */
  async refresh(olderThanMs: number): Promise<void> {
    if (isRehearsing()) return;
    const wanted = performance.now() - olderThanMs;
    while (this.viewedAt < wanted) {
      this.refreshing ??= this.read().finally(() => (this.refreshing = undefined));
      await this.refreshing;
    }
  }

  /** For the start: every key that signs or will can be opened. @throws ConfigError */
  checkUsable(): void {
    if (this.unusable.size > 0) throw new ConfigError([...this.unusable]);
  }

  private async read(): Promise<void> {
    const startedAt = performance.now();
    const rows = await this.dataSource.query<Row[]>(PUBLISHED);
    const readAt = performance.now();
    for (const row of rows) await this.open(row);
    for (const { kid } of rows) if (!this.seenAt.has(kid)) this.seenAt.set(kid, readAt);
    this.held = new Map(rows.map((row) => [row.kid, row]));
    this.active = this.activeOf(rows);
    for (const kid of [...this.publicKeys.keys()]) if (!this.held.has(kid)) this.forget(kid);
    this.now = rows[0]?.now ?? new Date();
    this.viewedAt = startedAt;
  }

  private async open({ kid, alg, jwk, handle }: Row): Promise<void> {
    if (!this.publicKeys.has(kid)) this.publicKeys.set(kid, (await importJWK(jwk, alg)) as CryptoKey);
    if (handle === null || this.signers.has(kid)) return;
    try {
      this.signers.set(kid, await this.custody.open(alg, kid, handle));
    } catch (error) {
      if (!(error instanceof KeyUnusable)) throw error;
      if (!this.unusable.has(error.message)) this.logger.error(error.message);
      this.unusable.add(error.message);
    }
  }

  /** A key this replica cannot open does not take the place of one it can, as long as that one is published. */
  private activeOf(rows: readonly Row[]): Map<string, ActiveKey> {
    const active = new Map<string, ActiveKey>();
    for (const { kid, alg } of rows.filter(({ state }) => state === 'active')) {
      const sign = this.signers.get(kid);
      const before = this.active.get(alg);
      if (sign) active.set(alg, { kid, alg, sign });
      else if (before && rows.some((row) => row.kid === before.kid)) active.set(alg, before);
    }
    return active;
  }

  private forget(kid: string): void {
    this.publicKeys.delete(kid);
    this.signers.delete(kid);
    this.seenAt.delete(kid);
  }
}
