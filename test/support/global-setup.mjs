import { randomBytes } from 'node:crypto';
import { mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTemplate } from './template-database.mjs';

/** One folder for everything this run puts on disk and, on a real PostgreSQL, one template database. */
export default async function globalSetup() {
  const run = `${Date.now().toString(36)}${randomBytes(3).toString('hex')}`;
  process.env.GATEHOUSE_TEST_RUN = run;
  process.env.GATEHOUSE_TEST_FOLDER = mkdtempSync(join(place(), 'gatehouse-test-'));
  if (process.env.DATABASE_URL) await createTemplate(process.env.DATABASE_URL, run);
}

/** Memory, where there is plenty of it: a hundred databases are written and thrown away. */
function place() {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > 8 * 2 ** 30 ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}
