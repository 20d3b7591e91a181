import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ExportOrders } from '../exports/export-orders.js';
import { firstIdAt } from '../search/audit-conditions.js';
import { ExportSchedule } from './export-schedule.entity.js';
import { periodEnd } from './periods.js';

/** What was made at the end of a period by a clock that is behind is in it, too. */
const WAIT_MS = 60_000;
/** Before the end; what is older was sealed long ago. */
const LATE_MS = 600_000;
/** What has no place by then never gets one: the server did not write it. */
const GIVEN_UP_MS = 3_600_000;

const DUE = `
SELECT id FROM audit_export_schedules WHERE state = 'active' AND next_until <= $1
ORDER BY next_until LIMIT 1 FOR UPDATE SKIP LOCKED`;

const UNSEALED = `
SELECT 1 FROM audit_events e WHERE e.event_id >= $1 AND e.event_id < $2
  AND NOT EXISTS (SELECT 1 FROM audit_leaves l WHERE l.event_id = e.event_id) LIMIT 1`;

/** Orders the exports of periods that are over. Those of a time when no server ran are made up for, one each. */
@Injectable()
export class DueExports {
  constructor(
    private readonly dataSource: DataSource,
    private readonly orders: ExportOrders,
  ) {}

  /** How many were ordered. */
  async order(now = Date.now()): Promise<number> {
    for (let ordered = 0; ; ordered++) if (!(await this.orderOne(now))) return ordered;
  }

  private orderOne(now: number): Promise<boolean> {
    return this.dataSource.transaction(async (tx) => {
      const [due] = await tx.query<{ id: string }[]>(DUE, [new Date(now - WAIT_MS)]);
      if (!due) return false;
      const schedule = await tx.findOneByOrFail(ExportSchedule, { id: due.id });
      const isLate = now - schedule.nextUntil.getTime() > GIVEN_UP_MS;
      if (!isLate && !(await isSealed(tx, schedule.nextUntil))) return false;
      await this.orderFor(tx, schedule);
      return true;
    });
  }

  private async orderFor(tx: EntityManager, schedule: ExportSchedule): Promise<void> {
    const { id, name, format, filters, period, nextFrom, nextUntil } = schedule;
    await this.orders.add(tx, {
      actor: { type: 'system' },
      createdBy: `schedule ${name}`,
      scheduleId: id,
      format,
      filters: { ...filters, since: nextFrom.toISOString(), until: nextUntil.toISOString() },
    });
    await tx.update(ExportSchedule, { id }, { nextFrom: nextUntil, nextUntil: periodEnd(period, nextUntil) });
  }
}

async function isSealed(tx: EntityManager, until: Date): Promise<boolean> {
  const ids = [firstIdAt(until.getTime() - LATE_MS), firstIdAt(until.getTime())];
  return (await tx.query<unknown[]>(UNSEALED, ids)).length === 0;
}
