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

  it('migrates down on filled tables and leaves nothing behind', () => {
    expect(report.emptyTables).toEqual([]);
    expect(report.leftAfterDown).toEqual([]);
  });

  it('migrates up again to the same tables', () => {
    expect(report.missingAfterUpAgain).toEqual([]);
    expect(report.driftAfterUpAgain).toEqual([]);
  });
});
