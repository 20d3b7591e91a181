// Builds when there is no build, or when it is older than what it is made from.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
  'src',
  'migrations',
  'demo',
  'console',
  'nest-cli.json',
  'package-lock.json',
  'tsconfig.json',
];
const ENTRY = join(root, 'dist/src/main.js');
/** What `npm start` runs; there is none while only the compiler has been at work. */
const BUNDLE = join(root, 'dist/bundle');
/** Made late, so a build that was interrupted has none. */
const SNAPSHOT = join(root, 'dist/embedded-snapshot');

/** @returns {Promise<void>} @throws Error with the compiler's words when the build fails. */
export async function ensureBuilt() {
  if (
    [ENTRY, BUNDLE, SNAPSHOT].every((path) => existsSync(path)) &&
    newest(SOURCES) <= statSync(ENTRY).mtimeMs
  )
    return;
  // Standard output belongs to what is built.
  console.error('Building …');
  const startedAt = new Date();
  await run(createRequire(import.meta.url).resolve('@nestjs/cli/bin/nest.js'), 'build');
  await run(join(root, 'scripts/bundle.mjs'));
  await run(join(root, 'node_modules/vite/bin/vite.js'), 'build', '--config', 'console/vite.config.js');
  await run(join(root, 'scripts/make-snapshot.mjs'));
  await run(join(root, 'scripts/make-code-cache.mjs'));
  // A source that was changed while the build ran is newer than the build.
  utimesSync(ENTRY, startedAt, startedAt);
}

/** The latest change of any file, or of any folder: that is how a removed file shows. */
function newest(paths) {
  return Math.max(0, ...paths.map((path) => changedAt(join(root, path))));
}

function changedAt(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat || path.endsWith('.spec.ts')) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

function run(script, ...args) {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const stop = (signal) => {
    child.kill(signal);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      if (code === 0) done();
      else fail(new Error(`The build failed:\n${output}`));
    });
  });
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await ensureBuilt().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
