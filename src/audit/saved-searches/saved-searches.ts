import { Injectable } from '@nestjs/common';
import { Brackets, DataSource, IsNull, Not, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { keysetPage, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import type { Actor } from '../audit-fact.js';
import { AuditLog } from '../audit-log.js';
import type { AuditFilters } from '../search/audit-filters.js';
import { SavedSearch } from './saved-search.entity.js';

export type SavedSearchView = Readonly<SavedSearch>;

export interface WantedSearch {
  readonly name: string;
  readonly filters: AuditFilters;
  readonly shared: boolean;
  readonly alert?: SearchAlert | null;
}

/** So many events within so many seconds. */
export interface SearchAlert {
  readonly threshold: number;
  readonly windowS: number;
}

/** What somebody may keep. */
const MOST = 200;
/** Each is counted a few times a minute. */
const MOST_ALERTS = 100;

/** There are as many as one may keep. */
export class TooManySearches extends Error {}
/** There are as many alerts as one server counts. */
export class TooManyAlerts extends Error {}
/** It is somebody else's, who shares it. */
export class NotTheirs extends Error {}

/** Searches that people keep, for themselves or for everybody who may read the trail. */
@Injectable()
export class SavedSearches {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** Their own, and those that others share; the newest first. */
  async list(actor: Actor, query: KeysetQuery): Promise<KeysetPage<SavedSearchView>> {
    const select = this.dataSource
      .getRepository(SavedSearch)
      .createQueryBuilder('s')
      .where(
        new Brackets((either) =>
          either.where('s.owner = :owner', { owner: ownerOf(actor) }).orWhere('s.shared'),
        ),
      );
    return keysetPage(select, { key: 's.id', cursorOf: ({ id }) => id }, query, (search) => search);
  }

  async find(actor: Actor, id: string): Promise<SavedSearchView | undefined> {
    const found = await this.dataSource.getRepository(SavedSearch).findOneBy({ id });
    return found && (found.shared || found.owner === ownerOf(actor)) ? found : undefined;
  }

  /** @throws TooManySearches, TooManyAlerts */
  create(actor: Actor, { alert = null, ...wanted }: WantedSearch): Promise<SavedSearchView> {
    const owner = ownerOf(actor);
    return this.dataSource.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`saved searches of ${owner}`]);
      if ((await tx.countBy(SavedSearch, { owner })) >= MOST) throw new TooManySearches();
      if (alert) await makeRoom(tx);
      const now = new Date();
      const made = Object.assign(new SavedSearch(), {
        ...wanted,
        ...alertFields(alert),
        owner,
        id: uuidv7(),
        createdAt: now,
        updatedAt: now,
      });
      await tx.insert(SavedSearch, made);
      await this.record(tx, 'audit.saved_search.created', actor, [null, made]);
      return made;
    });
  }

  /** `undefined`: there is none. @throws NotTheirs, TooManyAlerts */
  change(
    actor: Actor,
    id: string,
    { alert, ...wanted }: Partial<WantedSearch>,
  ): Promise<SavedSearchView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const before = await this.owned(tx, actor, id);
      if (!before) return undefined;
      if (alert && before.alertThreshold === null) await makeRoom(tx);
      // Whoever sets an alert anew wants to hear of what is now.
      const fields = { ...wanted, ...(alert !== undefined && alertFields(alert)), updatedAt: new Date() };
      const after = Object.assign(new SavedSearch(), before, fields);
      await tx.update(SavedSearch, { id }, fields);
      await this.record(tx, 'audit.saved_search.changed', actor, [before, after]);
      return after;
    });
  }

  /** `undefined`: there is none. @throws NotTheirs */
  remove(actor: Actor, id: string): Promise<SavedSearchView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const before = await this.owned(tx, actor, id);
      if (!before) return undefined;
      await tx.delete(SavedSearch, { id });
      await this.record(tx, 'audit.saved_search.deleted', actor, [before, null]);
      return before;
    });
  }

  private async owned(tx: EntityManager, actor: Actor, id: string): Promise<SavedSearch | undefined> {
    const found = await tx.findOne(SavedSearch, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (found?.owner === ownerOf(actor)) return found;
    if (found?.shared) throw new NotTheirs();
    return undefined;
  }

  private record(
    tx: EntityManager,
    type: 'audit.saved_search.created' | 'audit.saved_search.changed' | 'audit.saved_search.deleted',
    actor: Actor,
    [before, after]: readonly [SavedSearch | null, SavedSearch | null],
  ): Promise<void> {
    const { id, name } = (after ?? before)!;
    return this.audit.record(tx, {
      type,
      actor,
      targets: [{ type: 'saved_search', id, display: name }],
      change: { before: before && snapshotOf(before), after: after && snapshotOf(after) },
    });
  }
}

const ownerOf = ({ type, id }: Actor): string => `${type} ${id}`;

const alertFields = (alert: SearchAlert | null) => ({
  alertThreshold: alert?.threshold ?? null,
  alertWindowS: alert?.windowS ?? null,
  lookedAt: null,
  alertedAt: null,
});

/** @throws TooManyAlerts */
async function makeRoom(tx: EntityManager): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', ['alerts of saved searches']);
  if ((await tx.countBy(SavedSearch, { alertThreshold: Not(IsNull()) })) >= MOST_ALERTS)
    throw new TooManyAlerts();
}

const snapshotOf = ({ name, filters, shared, alertThreshold, alertWindowS }: SavedSearch) => ({
  ...{ name, filters, shared },
  alert: alertThreshold === null ? null : { threshold: alertThreshold, window_seconds: alertWindowS },
});
