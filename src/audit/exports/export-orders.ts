import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { isRehearsing, keysetPage, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import type { Actor } from '../audit-fact.js';
import { AuditLog } from '../audit-log.js';
import type { AuditFilters } from '../search/audit-filters.js';
import { AuditExport } from './audit-export.entity.js';
import { ExportJobs } from './export-jobs.js';

export type AuditExportView = Readonly<AuditExport>;

interface Order {
  readonly actor: Actor;
  readonly createdBy: string;
  readonly format: string;
  readonly filters: AuditFilters;
  readonly scheduleId?: string | null;
}

const LOOK_MS = 50;

/** Exports of the trail that were asked for. */
@Injectable()
export class ExportOrders {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: ExportJobs,
    private readonly audit: AuditLog,
  ) {}

  async create(actor: Actor, wanted: { format: string; filters: AuditFilters }): Promise<AuditExportView> {
    const createdBy = `${actor.type} ${actor.id}`;
    const made = await this.dataSource.transaction((tx) => this.add(tx, { ...wanted, actor, createdBy }));
    // What is rolled back is nobody's work.
    if (!isRehearsing()) this.jobs.look();
    return made;
  }

  /** In a transaction of the caller's; whoever looks for work finds it after that. */
  async add(
    tx: EntityManager,
    { actor, createdBy, format, filters, scheduleId = null }: Order,
  ): Promise<AuditExportView> {
    const made = Object.assign(new AuditExport(), {
      id: uuidv7(),
      createdBy,
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
      scheduleId,
      writtenAt: null,
    } satisfies AuditExport);
    await tx.insert(AuditExport, made);
    await this.audit.record(tx, {
      type: 'audit.exported',
      actor,
      targets: [{ type: 'audit_export', id: made.id }],
      details: { format, filters: { ...filters }, step: 'ordered' },
    });
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

  list({
    scheduleId,
    ...query
  }: KeysetQuery & { scheduleId?: string }): Promise<KeysetPage<AuditExportView>> {
    const select = this.dataSource.getRepository(AuditExport).createQueryBuilder('x');
    if (scheduleId !== undefined) select.where('x.schedule_id = :scheduleId', { scheduleId });
    return keysetPage(select, { key: 'x.id', cursorOf: ({ id }) => id }, query, (row) => row);
  }
}
