// Runs Jest with the flags that ESM needs, and closes with one plain line of counts. Arguments go to Jest.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-counts-'));
const countsFile = join(folder, 'counts.json');

process.exitCode = await runJest();
const line = countsLine();
rmSync(folder, { recursive: true, force: true });
if (line) console.log(line);

async function runJest() {
  const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...flags, jest, ...process.argv.slice(2)], {
    cwd: root,
    env: { ...process.env, GATEHOUSE_TEST_COUNTS: countsFile },
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((done) => child.on('close', (code) => done(code ?? 1)));
}

/** `N passed, N failed`, or nothing when Jest was only asked something (`--listTests`). */
function countsLine() {
  try {
    const { passed, failed, skipped } = JSON.parse(readFileSync(countsFile, 'utf8'));
    return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  } catch {
    return process.exitCode === 0 ? undefined : '0 passed, 1 failed';
  }
}
