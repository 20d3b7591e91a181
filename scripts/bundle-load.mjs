// Becomes dist/bundle/server/load.js: reads the server as a script, with what V8 has compiled of it before.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';

const FILE = join(import.meta.dirname, 'server.cjs');

export function loadServer() {
  // Another version of Node, and other flags, have another number; what V8 does not want it compiles itself.
  const cacheFile = join(import.meta.dirname, `server.${cachedDataVersionTag()}.cache`);
  // The file has no characters beyond ASCII, so that a byte in memory is enough for each.
  const source = `(function (exports, require, module, __filename, __dirname) { ${readFileSync(FILE, 'latin1')}\n})`;
  const script = new Script(source, {
    filename: FILE,
    ...(existsSync(cacheFile) && { cachedData: readFileSync(cacheFile) }),
  });
  return { script, cacheFile, run: () => run(script.runInThisContext()) };
}

function run(body) {
  const module = { exports: {} };
  body.call(module.exports, module.exports, createRequire(FILE), module, FILE, import.meta.dirname);
  return module.exports;
}
