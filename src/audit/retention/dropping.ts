import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { AuditLog } from '../audit-log.js';
import { Checkpoints, openArchive, type ArchiveClaims } from '../proof/index.js';
import { measureFile } from './archive-file.js';
import { ArchiveRefused } from './archiving.js';
import { AuditPartition } from './audit-partition.entity.js';
import { partitionFact } from './partition-fact.js';

/** Drops what was archived, when the archive is there and is what was signed. */
@Injectable()
export class Dropping {
  constructor(
    private readonly audit: AuditLog,
    private readonly checkpoints: Checkpoints,
  ) {}

  /** @throws ArchiveRefused when it must stay. */
  async drop(
    owner: DataSource,
    row: AuditPartition,
    { folder, now }: { folder: string; now: Date },
  ): Promise<void> {
    const { archive, sha256, events } = await this.signed(row, folder);
    const { name } = row;
    await owner.transaction(async (tx) => {
      const found = { name, state: 'archived' as const };
      if (!(await tx.findOne(AuditPartition, { where: found, lock: { mode: 'pessimistic_write' } }))) return;
      const [has] = await tx.query<{ events: number }[]>(`SELECT count(*)::int AS events FROM "${name}"`);
      if (has?.events !== events)
        throw new ArchiveRefused(`it has ${has?.events} events, and the archive ${events}`);
      await tx.query(`DROP TABLE "${name}"`);
      await tx.update(AuditPartition, { name }, { state: 'dropped', droppedAt: now, problem: null });
      await this.audit.record(tx, partitionFact('audit.partition.dropped', row, { archive, sha256 }));
    });
  }

  private async signed({ name, statement, places }: AuditPartition, folder: string): Promise<ArchiveClaims> {
    const keys = await this.checkpoints.publicKeys();
    const opened = statement && places && openArchive({ statement, places }, (kid) => keys.get(kid));
    if (!opened || opened.claims.partition !== name)
      throw new ArchiveRefused('what says that it was archived is not signed by a key of this trail');
    const { claims } = opened;
    const file = await measureFile(join(folder, `${name}.ndjson.gz`));
    if (file?.digest.toString('hex') !== claims.sha256)
      throw new ArchiveRefused(
        file
          ? `the archive ${claims.archive} was changed`
          : `the archive ${claims.archive} is not in the folder`,
      );
    return claims;
  }
}
