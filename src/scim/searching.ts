import { DataSource, QueryFailedError, type EntityManager } from 'typeorm';
import type { Searchable } from './filter/attributes.js';
import { sortSqlOf, sqlOf } from './filter/filter-sql.js';
import type { ListQuery } from './list-query.js';
import { badRequest } from './scim-refusal.js';
import type { ResourceKind } from './schemas.js';

const TIMEOUT_MS = 5_000;
const QUERY_CANCELED = '57014';

/** Where a kind of resource is kept. */
export interface Table {
  readonly kind: ResourceKind;
  readonly attributes: Searchable;
  /** `FROM` with the alias that the attributes are written for. */
  readonly from: string;
  readonly id: string;
}

/** The ids of a page, in its order, and how many there are in all. */
export interface FoundPage {
  readonly totalResults: number;
  readonly ids: readonly string[];
}

/**
 * The database searches, sorts and counts; no more than a page ever leaves it.
 * @throws ScimRefusal invalidFilter, invalidPath, tooMany
 */
export async function search<T>(
  dataSource: DataSource,
  table: Table,
  query: ListQuery,
  fetch: (tx: EntityManager, page: FoundPage) => Promise<T>,
): Promise<T> {
  const values: unknown[] = [];
  const where = query.filter ? sqlOf(query.filter, table.attributes, values, table.kind.schema) : 'true';
  const order = orderOf(table, query);
  try {
    return await dataSource.transaction(async (tx) => {
      await tx.query(`SET LOCAL statement_timeout = ${TIMEOUT_MS}`);
      const [counted] = await tx.query<{ total: number }[]>(
        `SELECT count(*)::int AS total FROM ${table.from} WHERE ${where}`,
        values,
      );
      const rows =
        query.count === 0
          ? []
          : await tx.query<{ id: string }[]>(
              `SELECT ${table.id} AS id FROM ${table.from} WHERE ${where} ORDER BY ${order}
               LIMIT ${query.count} OFFSET ${query.startIndex - 1}`,
              values,
            );
      return fetch(tx, { totalResults: counted!.total, ids: rows.map(({ id }) => id) });
    });
  } catch (error) {
    const code = error instanceof QueryFailedError && (error.driverError as { code?: unknown }).code;
    if (code === QUERY_CANCELED) throw badRequest('tooMany', 'The search takes too long; make it narrower');
    throw error;
  }
}

/** In the order in which they were made, unless another one is asked for; the id makes it one and the same each time. */
function orderOf({ attributes, kind, id }: Table, { sortBy, descending }: ListQuery): string {
  if (!sortBy) return id;
  const sql = sortSqlOf(sortBy, attributes, kind.schema);
  if (sql === undefined) throw badRequest('invalidPath', 'sortBy names nothing that can be sorted by');
  return `${sql} ${descending ? 'DESC' : 'ASC'}, ${id}`;
}
