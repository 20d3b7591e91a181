import { Injectable, Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { isDatabaseUnavailable } from '../../database/index.js';
import { ArchiveRefused, Archiving } from './archiving.js';
import { AuditPartition } from './audit-partition.entity.js';
import { Detaching, type WithRange } from './detaching.js';
import { Dropping } from './dropping.js';
import { livePartitions } from './live-partitions.js';
import { RetentionPolicy } from './retention-policy.js';

export interface RunOptions {
  readonly now: Date;
  readonly folder: string;
  /** Asked between steps; each step is whole by itself. */
  readonly stopped: () => boolean;
}

/**
 * Takes what is old through its steps: detached, archived, dropped. What a step has done is in the database when it is
 * over, so that whoever comes next goes on from there.
 */
@Injectable()
export class RetentionRun {
  private readonly logger = new Logger('audit');

  constructor(
    private readonly policy: RetentionPolicy,
    private readonly detaching: Detaching,
    private readonly archiving: Archiving,
    private readonly dropping: Dropping,
  ) {}

  async run(owner: DataSource, options: RunOptions): Promise<void> {
    for (const partition of await this.due(owner, options.now)) {
      if (options.stopped()) return;
      const problem = await this.quietly(owner, partition.name, () =>
        this.detaching.detach(owner, partition, options.now),
      );
      if (problem !== undefined) this.logger.warn(`${partition.name} stays in the trail: ${problem}`);
    }
    const begun = await owner.getRepository(AuditPartition).find({ order: { name: 'ASC' } });
    for (const row of begun) {
      if (options.stopped()) return;
      if (row.state === 'detached')
        await this.quietly(owner, row.name, () => this.archiving.archive(owner, row, options));
      else if (this.isToBeDropped(row, options.now))
        await this.quietly(owner, row.name, () => this.dropping.drop(owner, row, options));
    }
  }

  private async due(owner: DataSource, now: Date): Promise<WithRange[]> {
    if (this.policy.hold !== undefined) return [];
    const live = await livePartitions(owner.manager);
    return live.filter((one): one is WithRange => {
      const due = one.range && this.policy.detachDue(one.retention, one.range.to);
      return due !== undefined && due <= now;
    });
  }

  private isToBeDropped({ state, archivedAt }: AuditPartition, now: Date): boolean {
    return (
      state === 'archived' &&
      this.policy.hold === undefined &&
      archivedAt !== null &&
      this.policy.dropDue(archivedAt) <= now
    );
  }

  /** One that cannot go on keeps no other from it. */
  private async quietly<T>(owner: DataSource, name: string, step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      if (isDatabaseUnavailable(error) && !isOfFile(error)) {
        this.logger.warn(`${name} goes on later: the database did not let it now`);
        return undefined;
      }
      const problem = error instanceof ArchiveRefused ? error.message : 'the log of the server says why';
      this.logger.error(error);
      await owner.getRepository(AuditPartition).update({ name }, { problem });
      return undefined;
    }
  }
}

/** A file that cannot be written has error codes of its own, some of which a socket may have, too. */
const isOfFile = (error: unknown): boolean => error instanceof Error && 'path' in error;
