import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../audit/index.js';
import { isDatabaseUnavailable } from '../database/index.js';
import { LedgerNotices } from './ledger-notices.js';
import { LiveRevocations } from './live-revocations.js';
import { ReplicaAcks } from './replica-acks.js';
import type { Revocation, RevocationHandles, RevocationKind, RevocationReceipt } from './revocation.js';

/** "ledg" in ASCII: the transaction-level advisory lock that makes order of commit order of `seq`. */
const LEDGER_LOCK = 0x6c656467;
const POLL_MS = 500;
/** A view older than this asks the database before it answers. */
const FUSE_MS = 2_000;
const SWEEP_MS = 60_000;

export interface Ending {
  readonly kind: RevocationKind;
  readonly key: string;
}

export interface EndingReason {
  readonly actor: Actor;
  readonly reason?: string;
  /** The latest moment at which something it ends could have expired by itself. */
  readonly until: Date;
}

interface LedgerRow {
  readonly seq: string;
  readonly kind: RevocationKind;
  readonly key: string;
  readonly until: Date;
}

type Listener = (rows: readonly Revocation[]) => void;

/** What is ended, in PostgreSQL for all and in memory for each replica. */
@Injectable()
export class RevocationLedger implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('revocation');
  private readonly live = new LiveRevocations();
  private readonly listeners = new Set<Listener>();
  private timers: NodeJS.Timeout[] = [];
  private position = 0;
  private viewedAt = 0;
  private refreshing: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly acks: ReplicaAcks,
    private readonly notices: LedgerNotices,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.refresh();
    await this.acks.join(this.position);
    await this.notices.listen(() => this.refreshInBackground());
    this.timers = [
      setInterval(() => this.refreshInBackground(), POLL_MS),
      setInterval(() => this.live.sweep(), SWEEP_MS),
    ];
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.notices.close();
    await this.refreshing?.catch(() => undefined);
    await this.acks.leave();
  }

  /**
   * Ends things in the caller's transaction. Returns the position to hand to `receipt` after the commit.
   * The lock is held until the caller's transaction ends: call this late in it.
   */
  async append(tx: EntityManager, endings: readonly Ending[], why: EndingReason): Promise<number> {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [LEDGER_LOCK]);
    const rows = await tx.query<{ seq: string }[]>(
      `INSERT INTO revocations (seq, kind, key, until, reason, actor_type, actor_id, created_at)
       SELECT nextval('revocations_seq'), e.kind, e.key, $3, $4, $5, $6, now()
       FROM unnest($1::text[], $2::text[]) AS e (kind, key) RETURNING seq`,
      [
        endings.map(({ kind }) => kind),
        endings.map(({ key }) => key),
        why.until,
        why.reason ?? null,
        why.actor.type,
        why.actor.id ?? null,
      ],
    );
    await this.notices.announce(tx);
    return Math.max(...rows.map(({ seq }) => Number(seq)));
  }

  /** After the commit: applies it here at once and tells which replicas have it. */
  async receipt(seq: number): Promise<RevocationReceipt> {
    const committedAt = performance.now();
    while (this.position < seq) await this.refresh();
    return this.acks.await(seq, committedAt);
  }

  /**
   * Whether something that carries these handles has been ended. No input or output while the view is fresh.
   * @throws the database's error when the view is stale and cannot be renewed: answer 503, never "alive".
   */
  async isEnded(handles: RevocationHandles): Promise<boolean> {
    if (performance.now() - this.viewedAt > FUSE_MS) await this.refresh();
    return this.live.end(handles);
  }

  /** Calls back with new rows as soon as this replica knows of them. Returns a function that ends the subscription. */
  onEnded(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private refreshInBackground(): void {
    this.refresh().catch((error: unknown) => {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    });
  }

  private refresh(): Promise<void> {
    this.refreshing ??= this.read().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private async read(): Promise<void> {
    const startedAt = performance.now();
    const rows = await this.dataSource.query<LedgerRow[]>(
      'SELECT seq, kind, key, until FROM revocations WHERE seq > $1 AND until > now() ORDER BY seq',
      [this.position],
    );
    const fresh = rows.map((row) => ({ ...row, seq: Number(row.seq) }));
    for (const row of fresh) this.live.add(row);
    this.viewedAt = startedAt;
    if (fresh.length === 0) return this.acks.heartbeat(this.position);
    this.position = fresh.at(-1)!.seq;
    for (const listener of this.listeners) listener(fresh);
    await this.acks.acknowledge(this.position);
  }
}
