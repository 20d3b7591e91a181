import { rmSync } from 'node:fs';
import { dropRun } from './template-database.mjs';

export default async function globalTeardown() {
  const { GATEHOUSE_TEST_RUN: run, GATEHOUSE_TEST_FOLDER: folder, DATABASE_URL: url } = process.env;
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  if (run && url) await dropRun(url, run);
}
