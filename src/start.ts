import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import type { Extensions } from './app.module.js';
import { ConfigError, loadConfig } from './config/index.js';
import { run } from './run.js';

/** Starts the server, with providers of the installer's own where it gives some; ends the process when it cannot. */
export async function start(extensions: Extensions = {}): Promise<INestApplication> {
  try {
    return await run(loadConfig(), extensions);
  } catch (error) {
    return fail(error);
  }
}

/** Says what is wrong in one place and ends; nothing half-started goes on. */
function fail(error: unknown): never {
  const message = error instanceof ConfigError ? error.message : describe(error);
  process.stderr.write(`\nGatehouse did not start.\n${message}\n`);
  process.exit(1);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'EADDRINUSE') return 'PORT is in use by another program; set PORT to a free one.';
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') return 'DATABASE_URL cannot be reached.';
  return error.stack ?? error.message;
}
