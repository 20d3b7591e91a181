// `npm run start:dev`: compiles what is saved and starts the server anew. Sign-ins, tokens and the embedded database
// stay, because all of them are in DATA_DIR or on the PostgreSQL server.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './ensure-built.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  // The console and the snapshot of the embedded database, which the compiler does not make.
  await ensureBuilt();
  // From now on it would be older than the sources; without it the next `npm start` builds.
  rmSync(join(root, 'dist/bundle'), { recursive: true, force: true });
  process.exitCode = await watch();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** Without a shell in between the next server starts only when the last one is gone, and a signal reaches it. */
function watch() {
  const nest = createRequire(import.meta.url).resolve('@nestjs/cli/bin/nest.js');
  const options = [
    'start',
    '--watch',
    '--no-shell',
    '--config',
    'nest-cli.dev.json',
    ...process.argv.slice(2),
  ];
  const child = spawn(process.execPath, [nest, ...options], { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done(code ?? 1));
  });
}
