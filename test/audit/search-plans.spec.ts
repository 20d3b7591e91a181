import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { generateRows, SEARCHES } from '../../scripts/audit-searches.mjs';
import {
  pageStatement,
  TEXT_WINDOW,
  windowEndStatement,
  type Statement,
} from '../../src/audit/search/search-statements.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';

const EVENTS = 200_000;

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** Whether a partition was read as a whole; of one that has next to nothing in it that is the best way. */
const readsAll = (nodes: readonly Plan[]): boolean =>
  nodes.some(
    (node) =>
      node['Node Type'] === 'Seq Scan' && node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) > 100,
  );

/** A plan and all below it. */
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describeOnPostgres(`searching ${EVENTS} audit events`, () => {
  let client: pg.Client;

  beforeAll(async () => {
    client = new pg.Client({ connectionString: await createDatabase() });
    await client.connect();
    await client.query(generateRows(EVENTS));
    await client.query('VACUUM ANALYZE audit_events');
  });

  afterAll(() => client.end());

  const planOf = async ({ text, values }: Statement): Promise<Plan[]> => {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      values,
    );
    return nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
  };

  /** Rows of the table that were looked at. */
  const read = (nodes: readonly Plan[]): number =>
    nodes
      .filter((node) => node['Relation Name']?.startsWith('audit_events'))
      .reduce(
        (sum, node) =>
          sum + node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)),
        0,
      );

  it.each(Object.entries(SEARCHES))(
    'reads %s from an index, and few rows beside the page',
    async (_, filters) => {
      for (const order of ['asc', 'desc'] as const) {
        const nodes = await planOf(pageStatement({ ...filters(1), order, limit: 50 }));
        expect(readsAll(nodes)).toBe(false);
        expect(nodes.some((node) => node['Index Name'] !== undefined)).toBe(true);
        expect(read(nodes)).toBeLessThan(12_000);
      }
    },
  );

  it('looks for text in a bounded number of events only', async () => {
    const query = { q: 'found nowhere', limit: 50 };
    const nodes = await planOf(pageStatement(query));
    // Of each partition one is looked at ahead, to know which comes next.
    expect(read(nodes)).toBeGreaterThanOrEqual(TEXT_WINDOW);
    expect(read(nodes)).toBeLessThan(TEXT_WINDOW + 100);
    expect(readsAll(nodes)).toBe(false);
    const end = await planOf(windowEndStatement(query));
    expect(readsAll(end)).toBe(false);
  });
});
