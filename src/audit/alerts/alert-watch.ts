import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog } from '../audit-log.js';
import { SavedSearch } from '../saved-searches/saved-search.entity.js';
import { countedStatement } from '../search/search-statements.js';

/** Of one look; the others have their turn at the next. */
const AT_ONCE = 20;

const NEXT = `
SELECT id FROM audit_saved_searches
WHERE alert_threshold IS NOT NULL AND (looked_at IS NULL OR looked_at < now() - interval '10 seconds')
  AND (alerted_at IS NULL OR alerted_at < now() - alert_window_s * interval '1 second')
ORDER BY looked_at NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED`;

type Alerting = SavedSearch & { alertThreshold: number; alertWindowS: number };

/** Counts what kept searches find, and tells the trail when there is too much of it: once in each window. */
@Injectable()
export class AlertWatch {
  private readonly logger = new Logger('audit');

  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  async run(now?: number): Promise<void> {
    for (let looked = 0; looked < AT_ONCE; looked++) if (!(await this.lookAtOne(now))) return;
  }

  private lookAtOne(now = Date.now()): Promise<boolean> {
    return this.dataSource.transaction(async (tx) => {
      const [next] = await tx.query<{ id: string }[]>(NEXT);
      if (!next) return false;
      const search = (await tx.findOneByOrFail(SavedSearch, { id: next.id })) as Alerting;
      const events = await this.counted(tx, search, now);
      const isTooMuch = events >= search.alertThreshold;
      if (isTooMuch) await this.raise(tx, search, events);
      const lookedAt = new Date();
      await tx.update(
        SavedSearch,
        { id: search.id },
        { lookedAt, ...(isTooMuch && { alertedAt: lookedAt }) },
      );
      return true;
    });
  }

  /** One that cannot be counted keeps no other from being looked at. */
  private async counted(tx: EntityManager, search: Alerting, now: number): Promise<number> {
    try {
      return await tx.transaction((inner) => found(inner, search, now));
    } catch (error) {
      this.logger.error({ err: error, search: search.id }, 'a kept search could not be counted');
      return 0;
    }
  }

  private raise(
    tx: EntityManager,
    { id, name, owner, filters, alertWindowS }: Alerting,
    events: number,
  ): Promise<void> {
    return this.audit.record(tx, {
      type: 'audit.alert.raised',
      actor: { type: 'system' },
      targets: [{ type: 'saved_search', id, display: name }],
      details: { search: name, owner, filters: { ...filters }, events, window_seconds: alertWindowS },
    });
  }
}

/** No more than as many as it takes. */
async function found(
  tx: EntityManager,
  { filters, alertThreshold, alertWindowS }: Alerting,
  now: number,
): Promise<number> {
  const since = new Date(now - alertWindowS * 1_000).toISOString();
  const { text, values } = countedStatement({ ...filters, since, limit: alertThreshold });
  const limited = `SELECT count(*)::int AS n FROM (${text} LIMIT $${values.push(alertThreshold)}) AS found`;
  const [row] = await tx.query<[{ n: number }]>(limited, values);
  return row.n;
}
