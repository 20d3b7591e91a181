import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { isRehearsing } from '../../database/index.js';
import { Sealer } from '../../sealing/index.js';

export interface DataKey {
  readonly id: string;
  readonly key: Buffer;
}

/** A key that has to be stored with the first thing that is sealed under it. */
export interface NewKey extends DataKey {
  readonly subject: string;
  /** Under `ENCRYPTION_KEYS`. */
  readonly sealed: Buffer;
}

export interface KeySet {
  readonly of: ReadonlyMap<string, DataKey>;
  readonly made: readonly NewKey[];
  /** Call when the statement that stores those was run. */
  readonly stored: () => void;
}

/** What runs statements: a transaction, or the data source for a statement that is one by itself. */
export interface Runner {
  query(statement: string, parameters: unknown[]): Promise<unknown>;
}

/** How many people, clients and so on a process remembers the key of. */
const MOST = 10_000;
/** A key that was destroyed meanwhile may have been read just before, and remembered just after. */
const LOOK_BACK_SECONDS = 300;

const FIND = `
SELECT DISTINCT ON (subject) subject, key_id, sealed FROM audit_subject_keys
WHERE subject = ANY($1::text[]) AND sealed IS NOT NULL ORDER BY subject, created_at, key_id`;
const DESTROYED = `
SELECT subject, key_id FROM audit_subject_keys WHERE destroyed_at > now() - make_interval(secs => $1)`;

/**
 * The data keys of those whom events are about. Nobody waits for anybody: who finds no key makes one, and it is stored
 * with what is sealed under it. It is remembered only once that is committed, because it may still be rolled back.
 */
@Injectable()
export class SubjectKeys {
  /** The one used least lately first. */
  private readonly known = new Map<string, DataKey>();
  private readonly ofTransaction = new WeakMap<object, Map<string, DataKey>>();
  private lookedAt = performance.now();

  constructor(
    private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
  ) {
    dataSource.subscribers.push({
      afterTransactionCommit: ({ queryRunner }) => this.committed(queryRunner),
      // A part that was rolled back may have been the one that stored the key.
      afterTransactionRollback: ({ queryRunner }) => void this.ofTransaction.delete(queryRunner),
    });
  }

  /** Asks the database only for subjects that this process does not know yet, and then once for all. */
  async for(runner: Runner, subjects: ReadonlySet<string>): Promise<KeySet> {
    const transaction = transactionOf(runner);
    const remember = this.memory(transaction);
    const of = new Map<string, DataKey>();
    for (const subject of subjects) {
      const key = this.recall(subject) ?? (transaction && this.ofTransaction.get(transaction)?.get(subject));
      if (key) of.set(subject, key);
    }
    const unknown = [...subjects].filter((subject) => !of.has(subject));
    for (const [subject, key] of await this.find(runner, unknown)) {
      of.set(subject, key);
      remember(subject, key);
    }
    const made = unknown.filter((subject) => !of.has(subject)).map((subject) => this.make(subject));
    for (const key of made) of.set(key.subject, key);
    return { of, made, stored: () => made.forEach((key) => remember(key.subject, key)) };
  }

  /** @throws CannotOpen */
  open(id: string, sealed: Buffer): Buffer {
    return this.sealer.open(purposeOf(id), sealed);
  }

  /** The same under the highest version of `ENCRYPTION_KEYS`. @throws CannotOpen */
  resealed(id: string, sealed: Buffer): Buffer {
    return this.sealer.seal(purposeOf(id), this.open(id, sealed));
  }

  /** Nothing is sealed any more under keys that any replica has destroyed. */
  async forgetDestroyed(): Promise<void> {
    const now = performance.now();
    const seconds = (now - this.lookedAt) / 1_000 + LOOK_BACK_SECONDS;
    const rows = await this.dataSource.query<{ subject: string; key_id: string }[]>(DESTROYED, [seconds]);
    this.lookedAt = now;
    for (const { subject, key_id: id } of rows) if (this.known.get(subject)?.id === id) this.forget(subject);
  }

  forget(subject: string): void {
    this.known.delete(subject);
  }

  private async find(runner: Runner, subjects: readonly string[]): Promise<[string, DataKey][]> {
    if (subjects.length === 0) return [];
    const rows = (await runner.query(FIND, [subjects])) as {
      subject: string;
      key_id: string;
      sealed: Buffer;
    }[];
    return rows.flatMap(({ subject, key_id: id, sealed }): [string, DataKey][] => {
      try {
        return [[subject, { id, key: this.open(id, sealed) }]];
      } catch {
        // Sealed under a version that this replica has not got: it makes a key of its own.
        return [];
      }
    });
  }

  private make(subject: string): NewKey {
    const [id, key] = [uuidv7(), randomBytes(32)];
    return { id, key, subject, sealed: this.sealer.seal(purposeOf(id), key) };
  }

  private recall(subject: string): DataKey | undefined {
    const key = this.known.get(subject);
    if (!key) return undefined;
    this.known.delete(subject);
    this.known.set(subject, key);
    return key;
  }

  /** Where keys go that were found or stored. */
  private memory(transaction: object | undefined): (subject: string, key: DataKey) => void {
    if (isRehearsing()) return () => undefined;
    if (!transaction) return (subject, { id, key }) => this.remember(subject, { id, key });
    return (subject, { id, key }) => {
      const keys = this.ofTransaction.get(transaction) ?? new Map<string, DataKey>();
      this.ofTransaction.set(transaction, keys.set(subject, { id, key }));
    };
  }

  private committed(runner: QueryRunner): void {
    if (runner.isTransactionActive) return;
    const keys = this.ofTransaction.get(runner);
    this.ofTransaction.delete(runner);
    for (const [subject, key] of keys ?? []) this.remember(subject, key);
  }

  private remember(subject: string, key: DataKey): void {
    this.known.set(subject, key);
    if (this.known.size > MOST) this.known.delete(this.known.keys().next().value!);
  }
}

/** What stands for the transaction that the runner is in; `undefined` where each statement is one by itself. */
function transactionOf(runner: Runner): object | undefined {
  const { queryRunner } = runner as { queryRunner?: QueryRunner };
  return queryRunner?.isTransactionActive ? queryRunner : undefined;
}

const purposeOf = (id: string): string => `audit subject key ${id}`;
