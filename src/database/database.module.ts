import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/index.js';
import { dataSourceOptions } from './data-source.js';
import { EmbeddedDatabase } from './embedded-database.js';
import { migrate } from './migrate.js';

const EMBEDDED = Symbol('EMBEDDED');

@Global()
@Module({
  providers: [
    {
      provide: EMBEDDED,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => (config.embedded ? EmbeddedDatabase.open(config.dataDir) : null),
    },
  ],
  exports: [EMBEDDED],
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
      imports: [
        EmbeddedModule,
        TypeOrmModule.forRootAsync({
          inject: [AppConfig, EMBEDDED],
          useFactory: (config: AppConfig, embedded: EmbeddedDatabase | null) => ({
            ...dataSourceOptions(config.databaseUrl, embedded),
            autoLoadEntities: true,
            retryAttempts: 3,
            retryDelay: 1_000,
          }),
          dataSourceFactory: async (options) => {
            if (!options) throw new Error('The database has no options');
            const dataSource = await new DataSource(options).initialize();
            const { url } = options as { url?: string };
            await migrate(dataSource, url);
            return dataSource;
          },
        }),
      ],
    };
  }
}
