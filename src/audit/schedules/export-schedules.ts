import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { isUniqueViolation, keysetPage, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import type { Actor, AuditFact } from '../audit-fact.js';
import { AuditLog } from '../audit-log.js';
import type { AuditFilters } from '../search/audit-filters.js';
import { ExportSchedule } from './export-schedule.entity.js';
import { periodEnd, periodStart, type Period } from './periods.js';

export type ExportScheduleView = Readonly<ExportSchedule>;

export interface WantedSchedule {
  /** Part of the names of files. */
  readonly name: string;
  readonly format: string;
  /** Without `since` and `until`. */
  readonly filters: AuditFilters;
  readonly period: Period;
  readonly state: ExportSchedule['state'];
}

/** Another schedule has the name. */
export class ScheduleNameTaken extends Error {}

type Act = Extract<AuditFact['type'], `audit.export_schedule.${string}`>;

/** Schedules of exports as operators set them up: each change and its event in one transaction. */
@Injectable()
export class ExportSchedules {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** The first export is of the period that is under way, as a whole. @throws ScheduleNameTaken */
  async create(actor: Actor, wanted: WantedSchedule): Promise<ExportScheduleView> {
    const now = new Date();
    const made = Object.assign(new ExportSchedule(), {
      ...wanted,
      id: uuidv7(),
      nextFrom: periodStart(wanted.period, now),
      nextUntil: periodEnd(wanted.period, now),
      problem: null,
      createdAt: now,
      updatedAt: now,
    } satisfies ExportSchedule);
    await nameChecked(
      this.dataSource.transaction(async (tx) => {
        await tx.insert(ExportSchedule, made);
        await this.record(tx, 'audit.export_schedule.created', actor, [null, made]);
      }),
    );
    return made;
  }

  /** It goes on where it was: a pause leaves nothing out. `undefined`: there is none. @throws ScheduleNameTaken */
  change(id: string, actor: Actor, wanted: Partial<WantedSchedule>): Promise<ExportScheduleView | undefined> {
    return nameChecked(
      this.dataSource.transaction(async (tx) => {
        const before = await locked(tx, id);
        if (!before) return undefined;
        const after = Object.assign(new ExportSchedule(), before, wanted, { updatedAt: new Date() });
        if (after.period !== before.period) after.nextUntil = periodEnd(after.period, after.nextFrom);
        await tx.update(ExportSchedule, { id }, after);
        await this.record(tx, 'audit.export_schedule.changed', actor, [before, after]);
        return after;
      }),
    );
  }

  /** What it has made stays. `undefined`: there is none. */
  remove(id: string, actor: Actor): Promise<ExportScheduleView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const before = await locked(tx, id);
      if (!before) return undefined;
      await tx.delete(ExportSchedule, { id });
      await this.record(tx, 'audit.export_schedule.deleted', actor, [before, null]);
      return before;
    });
  }

  async find(id: string): Promise<ExportScheduleView | undefined> {
    return (await this.dataSource.getRepository(ExportSchedule).findOneBy({ id })) ?? undefined;
  }

  list(query: KeysetQuery): Promise<KeysetPage<ExportScheduleView>> {
    const select = this.dataSource.getRepository(ExportSchedule).createQueryBuilder('s');
    return keysetPage(select, { key: 's.id', cursorOf: ({ id }) => id }, query, (schedule) => schedule);
  }

  private record(
    tx: EntityManager,
    type: Act,
    actor: Actor,
    [before, after]: readonly [ExportSchedule | null, ExportSchedule | null],
  ): Promise<void> {
    const { id, name } = (after ?? before)!;
    return this.audit.record(tx, {
      type,
      actor,
      targets: [{ type: 'audit_export_schedule', id, display: name }],
      change: { before: before && snapshotOf(before), after: after && snapshotOf(after) },
    });
  }
}

async function nameChecked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isUniqueViolation(error) ? new ScheduleNameTaken() : error;
  }
}

const locked = (tx: EntityManager, id: string): Promise<ExportSchedule | null> =>
  tx.findOne(ExportSchedule, { where: { id }, lock: { mode: 'pessimistic_write' } });

const snapshotOf = ({ name, format, filters, period, state }: ExportSchedule) => ({
  ...{ name, format, filters, period, state },
});
