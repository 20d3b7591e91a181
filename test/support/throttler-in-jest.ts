import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as common from '@nestjs/common';
import * as core from '@nestjs/core';
import 'reflect-metadata';

/**
 * `@nestjs/throttler` is CommonJS and requires Nest, which is not; Node can do that and Jest before Node 24.9 cannot.
 * So its few files are read here, with the Nest that the tests have.
 */
const folder = fileURLToPath(new URL('../../node_modules/@nestjs/throttler/dist', import.meta.url));
const GIVEN: Readonly<Record<string, unknown>> = {
  '@nestjs/common': common,
  '@nestjs/core': core,
};
const builtIn = createRequire(import.meta.url);
const loaded = new Map<string, { exports: Record<string, unknown> }>();

function load(name: string): Record<string, unknown> {
  const known = loaded.get(name);
  if (known) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  const source = readFileSync(join(folder, `${name}.js`), 'utf8');
  const required = (wanted: string): unknown =>
    wanted.startsWith('./') ? load(wanted.slice(2)) : (GIVEN[wanted] ?? builtIn(wanted));
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what a module loader does
  new Function('require', 'module', 'exports', source)(required, module, module.exports);
  return module.exports;
}

type Throttler = typeof import('@nestjs/throttler');
export const { ThrottlerGuard, ThrottlerModule } = load('index') as unknown as Throttler;
