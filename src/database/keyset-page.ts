import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** Counts stop here: to know more precisely would read the whole table. */
const COUNT_CAP = 10_000;

export interface KeysetQuery {
  readonly limit: number;
  /** What the key of the last row of the page before is; of the first row of the page after, when `backwards`. */
  readonly cursor?: string;
  readonly backwards?: boolean;
  readonly counted?: boolean;
}

/** `capped`: there are more than `value`. */
export interface CappedCount {
  readonly value: number;
  readonly capped: boolean;
}

/** `next` and `prev` are the cursors of the neighbouring pages. */
export interface KeysetPage<T> {
  readonly items: readonly T[];
  readonly next?: string;
  readonly prev?: string;
  readonly count?: CappedCount;
}

export interface Keyset<Row> {
  /** Column that orders the rows and is their id at once, such as `g.id`. */
  readonly key: string;
  /** A column that orders before the key: its value at the cursor is looked up in `table`. */
  readonly first?: { readonly column: string; readonly table: string; readonly id: string };
  readonly cursorOf: (row: Row) => string;
  readonly order?: 'asc' | 'desc';
}

/** One page of rows that are ordered by a key (newest first, unless it says otherwise), read from an index in either direction. */
export async function keysetPage<Row extends ObjectLiteral, View>(
  select: SelectQueryBuilder<Row>,
  keyset: Keyset<Row>,
  query: KeysetQuery,
  view: (row: Row) => View,
): Promise<KeysetPage<View>> {
  const count = query.counted ? await cappedCount(select) : undefined;
  const direction = directionOf(keyset.order, query.backwards);
  for (const column of columnsOf(keyset)) select.addOrderBy(column, direction);
  if (query.cursor !== undefined) {
    select.andWhere(beyond(keyset, direction === 'ASC' ? '>' : '<'), { keysetCursor: query.cursor });
  }
  const rows = await select.limit(query.limit + 1).getMany();
  const page = pageOfRows(rows, query, keyset.cursorOf);
  return { ...page, items: page.items.map(view), ...(count && { count }) };
}

export const directionOf = (order: 'asc' | 'desc' = 'desc', backwards = false): 'ASC' | 'DESC' =>
  (order === 'asc') === backwards ? 'DESC' : 'ASC';

/** `rows` as they were read, one more than the limit when there are more. */
export function pageOfRows<Row>(
  rows: readonly Row[],
  { limit, cursor, backwards = false }: KeysetQuery,
  cursorOf: (row: Row) => string,
): KeysetPage<Row> {
  const more = rows.length > limit;
  const items = rows.slice(0, limit);
  if (backwards) items.reverse();
  const [first, last] = [items[0], items.at(-1)];
  const hasNext = backwards ? cursor !== undefined : more;
  const hasPrev = backwards ? more : cursor !== undefined;
  return {
    items,
    ...(hasNext && last !== undefined && { next: cursorOf(last) }),
    ...(hasPrev && first !== undefined && { prev: cursorOf(first) }),
  };
}

/** A statement that counts the rows of another, up to the cap. */
export const countStatement = (statement: string): string =>
  `SELECT count(*)::int AS value FROM (SELECT 1 FROM (${statement}) AS counted LIMIT ${COUNT_CAP + 1}) AS capped`;

export const cappedAt = (value: number): CappedCount => ({
  value: Math.min(value, COUNT_CAP),
  capped: value > COUNT_CAP,
});

async function cappedCount<Row extends ObjectLiteral>(select: SelectQueryBuilder<Row>): Promise<CappedCount> {
  const [statement, parameters] = select.clone().select('1', 'one').getQueryAndParameters();
  const [row] = await select.dataSource.query<{ value: number }[]>(countStatement(statement), parameters);
  return cappedAt(row!.value);
}

const columnsOf = ({ key, first }: Keyset<never>): string[] => [...(first ? [first.column] : []), key];

function beyond({ key, first }: Keyset<never>, operator: '<' | '>'): string {
  if (!first) return `${key} ${operator} :keysetCursor`;
  const own = (column: string): string => `k.${column.slice(column.indexOf('.') + 1)}`;
  return `(${first.column}, ${key}) ${operator} (SELECT ${own(first.column)}, ${own(key)} FROM ${first.table} k
    WHERE k.${first.id} = :keysetCursor)`;
}
