import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { isRehearsing, keysetPage, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import type { Actor } from '../audit-fact.js';
import { AuditLog } from '../audit-log.js';
import type { AuditFilters } from '../search/audit-filters.js';
import { AuditExport } from './audit-export.entity.js';
import { ExportJobs } from './export-jobs.js';

export type AuditExportView = Readonly<AuditExport>;

const LOOK_MS = 50;

/** Exports of the trail that were asked for. */
@Injectable()
export class ExportOrders {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: ExportJobs,
    private readonly audit: AuditLog,
  ) {}

  async create(
    actor: Actor,
    { format, filters }: { format: string; filters: AuditFilters },
  ): Promise<AuditExportView> {
    const made = Object.assign(new AuditExport(), {
      id: uuidv7(),
      createdBy: `${actor.type} ${actor.id}`,
      createdAt: new Date(),
      format,
      filters,
      state: 'pending',
      leaseBy: null,
      leaseUntil: null,
      finishedAt: null,
      header: null,
      checkpoint: null,
      events: null,
      bytes: null,
      digest: null,
      manifest: null,
      problem: null,
    } satisfies AuditExport);
    await this.dataSource.transaction(async (tx) => {
      await tx.insert(AuditExport, made);
      await this.audit.record(tx, {
        type: 'audit.exported',
        actor,
        targets: [{ type: 'audit_export', id: made.id }],
        details: { format, filters: { ...filters }, step: 'ordered' },
      });
    });
    // What is rolled back is nobody's work.
    if (!isRehearsing()) this.jobs.look();
    return made;
  }

  /** The export as it is when it is done, or when the time is over. */
  async doneWithin(id: string, ms: number): Promise<AuditExportView | undefined> {
    const until = performance.now() + ms;
    for (;;) {
      const found = await this.find(id);
      if (!found || ['ready', 'failed'].includes(found.state) || performance.now() > until) return found;
      await sleep(LOOK_MS);
    }
  }

  async find(id: string): Promise<AuditExportView | undefined> {
    return (await this.dataSource.getRepository(AuditExport).findOneBy({ id })) ?? undefined;
  }

  list(query: KeysetQuery): Promise<KeysetPage<AuditExportView>> {
    const select = this.dataSource.getRepository(AuditExport).createQueryBuilder('x');
    return keysetPage(select, { key: 'x.id', cursorOf: ({ id }) => id }, query, (row) => row);
  }
}
