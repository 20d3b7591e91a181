import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../audit/index.js';
import { isDatabaseUnavailable, isRehearsing, Notices } from '../database/index.js';
import { LiveRevocations } from './live-revocations.js';
import { ReplicaAcks } from './replica-acks.js';
import type {
  LedgerEntry,
  Propagation,
  Revocation,
  RevocationHandles,
  RevocationKind,
  RevocationReceipt,
} from './revocation.js';

/** "ledg" in ASCII: the transaction-level advisory lock that makes order of commit order of `seq`. */
const LEDGER_LOCK = 0x6c656467;
const CHANNEL = 'gatehouse_revocations';
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

interface EntryRow extends LedgerRow {
  readonly created_at: Date;
  readonly reason: string | null;
}

/** Answers how many running calls and streams it ended. */
type Listener = (rows: readonly Revocation[]) => number | void;

/** What is ended, in PostgreSQL for all and in memory for each replica. */
@Injectable()
export class RevocationLedger implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('revocation');
  private readonly live = new LiveRevocations();
  private readonly listeners = new Set<Listener>();
  private stopListening: (() => void) | undefined;
  private timers: NodeJS.Timeout[] = [];
  private position = 0;
  private viewedAt = 0;
  private refreshing: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly acks: ReplicaAcks,
    private readonly notices: Notices,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.refresh();
    await this.acks.join(this.position);
    this.stopListening = await this.notices.subscribe(CHANNEL, () => this.refreshInBackground());
    this.timers = [
      setInterval(() => this.refreshInBackground(), POLL_MS),
      setInterval(() => this.live.sweep(), SWEEP_MS),
    ];
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.stopListening?.();
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
    await this.notices.announce(tx, CHANNEL);
    return Math.max(...rows.map(({ seq }) => Number(seq)));
  }

  /** After the commit: applies it here at once and tells which replicas have it. */
  async receipt(seq: number): Promise<RevocationReceipt> {
    if (isRehearsing()) return { seq, replicas: 0, acknowledged: 0, missing: [], propagationMs: 0 };
    const committedAt = performance.now();
    while (this.position < seq) await this.refresh();
    return this.acks.await(seq, committedAt);
  }

  /** How many replicas there are, this one included. */
  async livingReplicas(): Promise<number> {
    return (await this.acks.living()).length;
  }

  /** The first row that ended something with these handles, as long as the ledger keeps it. */
  async entryEnding(handles: RevocationHandles): Promise<LedgerEntry | undefined> {
    const named = namesOf(handles);
    const [row] = await this.dataSource.query<EntryRow[]>(
      `SELECT r.seq, r.kind, r.key, r.until, r.created_at, r.reason FROM revocations r
       JOIN unnest($1::text[], $2::text[]) AS n (kind, key) ON n.kind = r.kind AND n.key = r.key
       WHERE r.seq > $3 OR r.kind = 'kid' ORDER BY r.seq LIMIT 1`,
      [named.map(({ kind }) => kind), named.map(({ key }) => key), handles.rev],
    );
    return row && entryOf(row);
  }

  /** The newest row up to a moment that ends something with these handles, whatever its position at issue. */
  async newestEnding(handles: RevocationHandles, until: Date): Promise<LedgerEntry | undefined> {
    const named = namesOf(handles);
    const [row] = await this.dataSource.query<EntryRow[]>(
      `SELECT r.seq, r.kind, r.key, r.until, r.created_at, r.reason FROM revocations r
       JOIN unnest($1::text[], $2::text[]) AS n (kind, key) ON n.kind = r.kind AND n.key = r.key
       WHERE r.created_at <= $3 ORDER BY r.seq DESC LIMIT 1`,
      [named.map(({ kind }) => kind), named.map(({ key }) => key), until],
    );
    return row && entryOf(row);
  }

  /** How far the rows up to `seq`, which were written at `since`, have come. */
  propagation(seq: number, since: Date): Promise<Propagation> {
    return this.acks.propagation(seq, since);
  }

  /**
   * Whether something that carries these handles has been ended. No input or output while the view is fresh.
   * @throws the database's error when the view is stale and cannot be renewed: answer 503, never "alive".
   */
  async isEnded(handles: RevocationHandles): Promise<boolean> {
    if (performance.now() - this.viewedAt > FUSE_MS) await this.refresh();
    return this.live.end(handles);
  }

  /** Takes in everything that is committed by now, for answers that may not be a moment old. */
  async catchUp(): Promise<void> {
    await this.refreshing?.catch(() => undefined); // That one may have looked before.
    await this.refresh();
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
    if (isRehearsing()) return Promise.resolve();
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
    const calls = [...this.listeners].map((listener) => listener(fresh) ?? 0);
    await this.acks.took({
      from: fresh[0]!.seq,
      to: this.position,
      callsEnded: calls.reduce((sum, ended) => sum + ended, 0),
    });
  }
}

function entryOf({ seq, kind, key, created_at: at, reason }: EntryRow): LedgerEntry {
  return { seq: Number(seq), kind, key, at, ...(reason !== null && { reason }) };
}

/** Everything by which a row could end it. */
function namesOf(handles: RevocationHandles): Ending[] {
  const { userId, clientId, actorIds = [], grantId, sessionId, jti, kid } = handles;
  const named: [RevocationKind, string | undefined][] = [
    ['all', '*'],
    ['user', userId],
    ['client', clientId],
    ...actorIds.map((id): [RevocationKind, string] => ['client', id]),
    ['grant', grantId],
    ['session', sessionId],
    ['jti', jti],
    ['kid', kid],
  ];
  return named.flatMap(([kind, key]) => (key === undefined ? [] : [{ kind, key }]));
}
