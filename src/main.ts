import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { AuditLog } from './audit/index.js';
import { banner } from './banner.js';
import { ConfigError, loadConfig, type AppConfig } from './config/index.js';
import { setUpHttp } from './http.js';
import { QuietLogger } from './logging.js';
import { BootstrapAdmin } from './users/index.js';

async function start(config: AppConfig): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(config), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  app.useLogger(new QuietLogger(app.get(Logger)));
  setUpHttp(app, config);
  const server = app.getHttpServer();
  Object.assign(server, { headersTimeout: 15_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 });
  await app.listen(config.port, config.host);
  await app.get(AuditLog).decide({ type: 'server.process.started', actor: { type: 'system' } });
  process.stdout.write(banner(config, app.get(BootstrapAdmin).made));
}

/** Says what is wrong in one place and ends; nothing half-started goes on. */
function fail(error: unknown): void {
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

try {
  await start(loadConfig());
} catch (error) {
  fail(error);
}
