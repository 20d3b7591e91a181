import 'reflect-metadata';
import { Logger as NestLogger, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { AppModule, type Extensions } from './app.module.js';
import { AuditLog } from './audit/index.js';
import { banner } from './banner.js';
import type { AppConfig } from './config/index.js';
import { setUpHttp } from './http.js';
import { QuietLogger } from './logging.js';
import { McpRegistry } from './mcp/index.js';
import { PublicUrlCheck } from './oauth/index.js';
import { OwnMessagesAdapter } from './served-messages.js';
import { toolLine, toolTable } from './tool-table.js';
import { BootstrapAdmin } from './users/index.js';

/** Makes the application and lets it listen. */
export async function run(config: AppConfig, extensions: Extensions): Promise<INestApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.register(config, extensions),
    new OwnMessagesAdapter(),
    { bodyParser: false, logger: false, abortOnError: false },
  );
  app.useLogger(new QuietLogger(app.get(Logger)));
  setUpHttp(app, config);
  const server = app.getHttpServer();
  Object.assign(server, { headersTimeout: 15_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 });
  await app.listen(config.port, config.host);
  await app.get(AuditLog).decide({ type: 'server.process.started', actor: { type: 'system' } });
  void app.get(PublicUrlCheck).run();
  process.stdout.write(banner(config, app.get(BootstrapAdmin).made));
  tellTools(app.get(McpRegistry).tools());
  return app;
}

/** A table for who looks at a terminal; where logs are read by programs, one line of them. */
function tellTools(tools: ReturnType<McpRegistry['tools']>): void {
  if (process.stdout.isTTY) process.stdout.write(toolTable(tools));
  else new NestLogger('mcp').log(toolLine(tools), `${tools.length} tools are served`);
}
