import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { generateGrants, grantSearches } from '../../scripts/grant-searches.mjs';
import {
  grantCountStatement,
  grantsStatement,
  type Statement,
} from '../../src/oauth/grants/grant-statements.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase } from '../support/postgres.js';

const GRANTS = 200_000;
/** Of grants that a list of fifty may look at. */
const FEW = 12_000;

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describeOnPostgres(`lists among ${GRANTS} grants`, () => {
  let client: pg.Client;

  beforeAll(async () => {
    client = new pg.Client({ connectionString: await createDatabase() });
    await client.connect();
    await client.query(generateGrants(GRANTS));
    await client.query('VACUUM ANALYZE');
  });

  afterAll(() => client.end());

  async function grantsReadBy({ text, values }: Statement): Promise<{ read: number; scanned: boolean }> {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      values,
    );
    const nodes = nodesOf(rows[0]!['QUERY PLAN'][0].Plan).filter(
      (node) => node['Relation Name'] === 'grants',
    );
    const read = nodes.reduce(
      (sum, node) =>
        sum + node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)),
      0,
    );
    return { read, scanned: nodes.some((node) => node['Node Type'] === 'Seq Scan') };
  }

  it.each(Object.entries(grantSearches(GRANTS)))('%s are read from an index', async (_, filters) => {
    const first = await grantsReadBy(grantsStatement({ ...filters(1), limit: 50 }));
    expect(first.scanned).toBe(false);
    expect(first.read).toBeLessThan(FEW);
    const middle = await client.query<{ id: string }>(
      'SELECT id FROM grants ORDER BY id OFFSET 100000 LIMIT 1',
    );
    const cursor = middle.rows[0]!.id;
    for (const backwards of [false, true]) {
      const page = await grantsReadBy(grantsStatement({ ...filters(1), limit: 50, cursor, backwards }));
      expect(page.scanned).toBe(false);
      expect(page.read).toBeLessThan(FEW);
    }
  });

  it('are counted up to ten thousand, and no further', async () => {
    const { read } = await grantsReadBy(grantCountStatement({ limit: 50 }));
    expect(read).toBeLessThan(12_000);
  });
});
