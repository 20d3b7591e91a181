import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OwnerConnection } from '../../database/index.js';
import type { RetentionClass } from '../event-types.js';
import { AuditPartition } from './audit-partition.entity.js';
import { livePartitions, type LivePartition } from './live-partitions.js';
import { RetentionPolicy } from './retention-policy.js';

/** `default`: it takes the events that no month takes. */
export type ListedState = AuditPartition['state'] | 'default';

export interface ListedPartition {
  readonly name: string;
  readonly retention: RetentionClass | 'other';
  readonly state: ListedState;
  readonly from?: Date;
  readonly to?: Date;
  /** An estimate while it is live. */
  readonly events?: number;
  readonly bytes?: number;
  readonly detachDue?: Date;
  readonly dropDue?: Date;
  readonly detachedAt?: Date;
  readonly archivedAt?: Date;
  readonly droppedAt?: Date;
  readonly archive?: { readonly name: string; readonly bytes: number; readonly sha256: string };
  readonly problem?: string;
}

/** All partitions of the trail: those there are, and those that were taken out. */
@Injectable()
export class PartitionList {
  constructor(
    private readonly dataSource: DataSource,
    private readonly policy: RetentionPolicy,
    private readonly owner: OwnerConnection,
  ) {}

  /** Whether this process may make partitions and take them out. */
  get isKept(): boolean {
    return this.owner.ownsTheTrail;
  }

  async all(): Promise<ListedPartition[]> {
    const live = await livePartitions(this.dataSource.manager);
    const rows = await this.dataSource.getRepository(AuditPartition).find();
    const problems = new Map(rows.map(({ name, problem }) => [name, problem]));
    const there = live.map((one) => this.there(one, problems.get(one.name)));
    const out = rows.filter(({ state }) => state !== 'live').map((row) => this.takenOut(row));
    return [...there, ...out].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private there(
    { name, retention, range, events, bytes }: LivePartition,
    problem: string | null | undefined,
  ): ListedPartition {
    const due = range && this.policy.detachDue(retention, range.to);
    return {
      name,
      retention: retention ?? 'other',
      state: range ? 'live' : 'default',
      ...range,
      ...(events !== undefined && { events }),
      bytes,
      ...(due && { detachDue: due }),
      ...(problem != null && { problem }),
    };
  }

  private takenOut(row: AuditPartition): ListedPartition {
    const { name, retention, state, fromTime, toTime, events, archive, digest, bytes } = row;
    const isWaiting = state === 'archived' && this.policy.hold === undefined;
    return {
      name,
      retention,
      state,
      from: fromTime,
      to: toTime,
      events: Number(events),
      ...(archive !== null &&
        digest && { archive: { name: archive, bytes: Number(bytes), sha256: digest.toString('hex') } }),
      ...(isWaiting && row.archivedAt && { dropDue: this.policy.dropDue(row.archivedAt) }),
      ...momentsOf(row),
      ...(row.problem !== null && { problem: row.problem }),
    };
  }
}

const momentsOf = ({ detachedAt, archivedAt, droppedAt }: AuditPartition) => ({
  ...(detachedAt && { detachedAt }),
  ...(archivedAt && { archivedAt }),
  ...(droppedAt && { droppedAt }),
});
