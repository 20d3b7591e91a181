import { setTimeout as sleep } from 'node:timers/promises';
import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/index.js';
import { isDatabaseUnavailable } from './database-unavailable.js';
import { dataSourceOptions } from './data-source.js';
import { EmbeddedDatabase } from './embedded-database.js';
import { migrate } from './migrate.js';
import { OwnerConnection } from './owner-connection.js';
import { asRole, prepareServer } from './prepare.js';
import { Notices } from './notices.js';
import { rehearsable } from './rehearsal.js';
import type { Protection } from './rights.js';
import { PROTECTION, TrailRights } from './trail-rights.js';

const EMBEDDED = Symbol('EMBEDDED');

@Global()
@Module({
  providers: [
    {
      provide: EMBEDDED,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => (config.embedded ? EmbeddedDatabase.open(config.dataDir) : null),
    },
    {
      provide: PROTECTION,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => prepared(config),
    },
    Notices,
  ],
  exports: [EMBEDDED, Notices, PROTECTION],
})
class EmbeddedModule implements OnApplicationShutdown {
  constructor(@Inject(EMBEDDED) private readonly embedded: EmbeddedDatabase | null) {}

  async onApplicationShutdown(): Promise<void> {
    await this.embedded?.close();
  }
}

@Module({})
export class DatabaseModule {
  static register(): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [OwnerConnection, TrailRights],
      exports: [OwnerConnection],
      imports: [
        EmbeddedModule,
        TypeOrmModule.forRootAsync({
          inject: [AppConfig, EMBEDDED, PROTECTION],
          useFactory: (config: AppConfig, embedded: EmbeddedDatabase | null, protection: Protection) => ({
            ...asRole(dataSourceOptions(config.databaseUrl, embedded), protection),
            autoLoadEntities: true,
            retryAttempts: 3,
            retryDelay: 1_000,
          }),
          dataSourceFactory: async (options) => {
            if (!options) throw new Error('The database has no options');
            const dataSource = await new DataSource(options).initialize();
            if (!('url' in options)) await migrate(dataSource, undefined);
            rehearsable(dataSource);
            return dataSource;
          },
        }),
      ],
    };
  }
}

const ATTEMPTS = 4;
const PAUSE_MS = 1_000;

/** The database on the server brought up to date, before anything else looks at it. It may be starting, too. */
async function prepared(config: AppConfig): Promise<Protection> {
  const { databaseUrl: url, databaseMigrationUrl: migrationUrl } = config;
  if (url === undefined) return {};
  for (let attempt = 1; ; attempt++) {
    try {
      return await prepareServer({ url, ...(migrationUrl && { migrationUrl }) });
    } catch (error) {
      if (attempt === ATTEMPTS || !isDatabaseUnavailable(error)) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
