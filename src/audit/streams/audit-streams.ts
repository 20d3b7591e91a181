import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { keysetPage, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import { newToken } from '../../sealing/index.js';
import type { Actor, AuditFact } from '../audit-fact.js';
import { AuditLog } from '../audit-log.js';
import { SealedFeed } from '../feed/sealed-feed.js';
import type { AuditFilters } from '../search/audit-filters.js';
import { AuditStream } from './audit-stream.entity.js';
import type { StreamKind, StreamSettings } from './stream-settings.js';
import { DeadLetter } from './dead-letter.entity.js';
import { StreamSecrets } from './stream-secrets.js';

export type AuditStreamView = Readonly<Omit<AuditStream, 'secret'>> & { readonly hasSecret: boolean };

export interface WantedStream {
  readonly name: string;
  readonly kind: StreamKind;
  readonly format: string;
  readonly filters: AuditFilters;
  readonly settings: StreamSettings;
  readonly secret?: string;
  readonly maxAttempts: number;
}

/** It has a secret, which must be given again. */
export class SecretNeeded extends Error {}

export type StreamAct = Extract<AuditFact['type'], `audit.stream.${string}`>;

/** Streams as operators set them up: each change and its event in one transaction. */
@Injectable()
export class AuditStreams {
  constructor(
    private readonly dataSource: DataSource,
    private readonly secrets: StreamSecrets,
    private readonly feed: SealedFeed,
    private readonly audit: AuditLog,
  ) {}

  /** From now on. A webhook gets a secret when none was given; it is answered once. */
  async create(
    actor: Actor,
    { secret: given, ...wanted }: WantedStream,
  ): Promise<{ stream: AuditStreamView; secret?: string }> {
    const secret = given ?? (wanted.kind === 'http' ? newToken('gh_wh_') : undefined);
    const id = uuidv7();
    const now = new Date();
    const stream = Object.assign(new AuditStream(), {
      ...wanted,
      id,
      secret: this.secrets.seal(id, secret),
      state: 'active',
      position: String(await this.feed.end()),
      attempts: 0,
      nextAttemptAt: now,
      leaseBy: null,
      leaseUntil: null,
      delivered: '0',
      deliveredAt: null,
      problem: null,
      createdAt: now,
      updatedAt: now,
    } satisfies AuditStream);
    await this.dataSource.transaction(async (tx) => {
      await tx.insert(AuditStream, stream);
      await this.record(tx, 'audit.stream.created', actor, [null, stream]);
    });
    return { stream: viewOf(stream), ...(secret !== undefined && given === undefined && { secret }) };
  }

  /**
   * `undefined`: there is none.
   * @throws SecretNeeded when a secret that nobody can read would go to whom it was not given for
   */
  change(
    id: string,
    actor: Actor,
    { secret, ...wanted }: Partial<WantedStream>,
  ): Promise<AuditStreamView | undefined> {
    const fields = { ...wanted, ...(secret !== undefined && { secret: this.secrets.seal(id, secret) }) };
    return this.act('audit.stream.changed', id, actor, (before) => {
      if (wanted.settings && before.secret !== null && secret === undefined) throw new SecretNeeded();
      return fields;
    });
  }

  /** What is under way meanwhile may still arrive. */
  pause(id: string, actor: Actor): Promise<AuditStreamView | undefined> {
    return this.act('audit.stream.paused', id, actor, () => ({
      state: 'paused',
      leaseBy: null,
      leaseUntil: null,
    }));
  }

  resume(id: string, actor: Actor): Promise<AuditStreamView | undefined> {
    const now = new Date();
    return this.act('audit.stream.resumed', id, actor, () => ({
      state: 'active',
      attempts: 0,
      nextAttemptAt: now,
    }));
  }

  /** Everything from a moment on is delivered once more. */
  async replay(id: string, actor: Actor, from: Date): Promise<AuditStreamView | undefined> {
    const position = String(await this.feed.placeAt(from));
    const now = new Date();
    return this.act('audit.stream.replayed', id, actor, () => ({
      ...{ position, attempts: 0, nextAttemptAt: now, problem: null },
      ...{ leaseBy: null, leaseUntil: null },
    }));
  }

  remove(id: string, actor: Actor): Promise<AuditStreamView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const before = await locked(tx, id);
      if (!before) return undefined;
      await tx.delete(AuditStream, { id });
      await this.record(tx, 'audit.stream.deleted', actor, [before, null]);
      return viewOf(before);
    });
  }

  /** With its secret, for a delivery outside the order. */
  async whole(id: string): Promise<Readonly<AuditStream> | undefined> {
    return (await this.dataSource.getRepository(AuditStream).findOneBy({ id })) ?? undefined;
  }

  async find(id: string): Promise<AuditStreamView | undefined> {
    const found = await this.whole(id);
    return found && viewOf(found);
  }

  list(query: KeysetQuery): Promise<KeysetPage<AuditStreamView>> {
    const select = this.dataSource.getRepository(AuditStream).createQueryBuilder('s');
    return keysetPage(select, { key: 's.id', cursorOf: ({ id }) => id }, query, viewOf);
  }

  /** What did not arrive, the latest first. */
  deadLetters(streamId: string, query: KeysetQuery): Promise<KeysetPage<Readonly<DeadLetter>>> {
    const select = this.dataSource
      .getRepository(DeadLetter)
      .createQueryBuilder('d')
      .where('d.stream_id = :streamId', { streamId });
    return keysetPage(select, { key: 'd.id', cursorOf: ({ id }) => id }, query, (letter) => letter);
  }

  private act(
    type: StreamAct,
    id: string,
    actor: Actor,
    fieldsOf: (before: AuditStream) => Partial<AuditStream>,
  ): Promise<AuditStreamView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const before = await locked(tx, id);
      if (!before) return undefined;
      const fields = { ...fieldsOf(before), updatedAt: new Date() };
      await tx.update(AuditStream, { id }, fields);
      const after = Object.assign(new AuditStream(), before, fields);
      await this.record(tx, type, actor, [before, after]);
      return viewOf(after);
    });
  }

  private record(
    tx: EntityManager,
    type: StreamAct,
    actor: Actor,
    [before, after]: readonly [AuditStream | null, AuditStream | null],
  ): Promise<void> {
    const { id, name } = (after ?? before)!;
    const isOtherSecret = before && after && before.secret !== after.secret;
    return this.audit.record(tx, {
      type,
      actor,
      targets: [{ type: 'audit_stream', id, display: name }],
      change: {
        before: before && snapshotOf(before),
        after: after && snapshotOf(after),
        ...(isOtherSecret && { secrets: ['secret'] }),
      },
    });
  }
}

const locked = (tx: EntityManager, id: string): Promise<AuditStream | null> =>
  tx.findOne(AuditStream, { where: { id }, lock: { mode: 'pessimistic_write' } });

const viewOf = ({ secret, ...stream }: AuditStream): AuditStreamView => ({
  ...stream,
  hasSecret: secret !== null,
});

const snapshotOf = ({ name, kind, format, filters, settings, state, maxAttempts }: AuditStream) => ({
  ...{ name, kind, format, filters, settings, state },
  max_attempts: maxAttempts,
});
