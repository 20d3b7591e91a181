import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SHORT_LIVED } from './short-lived.mjs';
import { createTemplate } from './template-database.mjs';

/** One folder for everything this run puts on disk and, on a real PostgreSQL, one template database. */
export default async function globalSetup() {
  const run = `${Date.now().toString(36)}${randomBytes(3).toString('hex')}`;
  process.env.GATEHOUSE_TEST_RUN = run;
  process.env.GATEHOUSE_TEST_FOLDER = mkdtempSync(join(place(), 'gatehouse-test-'));
  makeCodeCache();
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

/** For the flags of the tests, once for a build. Without it the servers start all the same. */
function makeCodeCache() {
  const bundle = fileURLToPath(new URL('../../dist/bundle/server/', import.meta.url));
  const tag = execFileSync(process.execPath, [...SHORT_LIVED, '-p', 'v8.cachedDataVersionTag()']);
  if (!existsSync(bundle) || readdirSync(bundle).includes(`server.${String(tag).trim()}.cache`)) return;
  const script = fileURLToPath(new URL('../../scripts/make-code-cache.mjs', import.meta.url));
  execFileSync(process.execPath, [script, ...SHORT_LIVED], { stdio: 'inherit' });
}
