import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/postgres.js';

const here = fileURLToPath(new URL('.', import.meta.url));

interface DriftReport {
  entities: string[];
  drift: string[];
  plantedDrift: string[];
  /** How many tables had rows when a migration ran. */
  populated: { name: string; tables: number }[];
  lost: string[];
  emptyTables: string[];
  leftAfterDown: string[];
  missingAfterUpAgain: string[];
  driftAfterUpAgain: string[];
}

describe('entities and migrations', () => {
  let report: DriftReport;

  beforeAll(async () => {
    const url = process.env.DATABASE_URL ? [await createDatabase('empty')] : [];
    const { stdout } = await promisify(execFile)(process.execPath, [join(here, 'drift-report.mjs'), ...url]);
    report = JSON.parse(stdout) as DriftReport;
  });

  it('says the same in both, for every entity there is', () => {
    const files = readdirSync(join(here, '../../src'), { recursive: true, encoding: 'utf8' });
    expect(report.entities.length).toBeGreaterThanOrEqual(
      files.filter((file) => file.endsWith('.entity.ts')).length,
    );
    expect(report.drift).toEqual([]);
  });

  it('notices an entity with a column that no migration makes', () => {
    expect(report.plantedDrift.join('\n')).toContain('ADD "planted" text');
  });

  it('migrates up from what each earlier version had stored, and loses no row of it', () => {
    const [first, ...later] = report.populated;
    expect(first!.tables).toBe(0);
    expect(later.length).toBeGreaterThanOrEqual(9);
    for (const { name, tables } of later) expect([name, tables > 10]).toEqual([name, true]);
    expect(report.lost).toEqual([]);
  });

  it('migrates down on filled tables and leaves nothing behind', () => {
    expect(report.emptyTables).toEqual([]);
    expect(report.leftAfterDown).toEqual([]);
  });

  it('migrates up again to the same tables', () => {
    expect(report.missingAfterUpAgain).toEqual([]);
    expect(report.driftAfterUpAgain).toEqual([]);
  });
});
