import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { AccountModule } from './account/index.js';
import { AdminModule } from './admin/index.js';
import { AuditModule } from './audit/index.js';
import { ConfigModule, type AppConfig } from './config/index.js';
import { DatabaseModule } from './database/index.js';
import { HealthController } from './health.controller.js';
import { HomeController } from './home.controller.js';
import { KeysModule } from './keys/index.js';
import { loggerOptions } from './logging.js';
import { McpModule } from './mcp/index.js';
import { OAuthModule } from './oauth/index.js';
import { PAGES_CONFIG, PagesModule, type PagesConfig } from './pages/index.js';
import { RevocationModule } from './revocation/index.js';
import { SealingModule } from './sealing/index.js';
import { SessionsModule } from './sessions/index.js';
import { SsoModule } from './sso/index.js';
import { ThrottlingModule } from './throttling/index.js';
import { UsersModule } from './users/index.js';

/** The list of rooms. */
@Module({})
export class AppModule {
  static register(config: AppConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        LoggerModule.forRoot(loggerOptions(config)),
        ConfigModule.register(config),
        DatabaseModule.register(),
        SealingModule,
        AuditModule,
        ThrottlingModule,
        PagesModule.register({ provide: PAGES_CONFIG, useValue: pagesConfig(config) }),
        RevocationModule,
        KeysModule,
        UsersModule,
        SessionsModule,
        SsoModule,
        OAuthModule,
        AccountModule,
        McpModule,
        AdminModule,
      ],
      controllers: [HealthController, HomeController],
    };
  }
}

function pagesConfig({ basePath, brand }: AppConfig): PagesConfig {
  return {
    basePath,
    brand: {
      name: brand.name,
      ...(brand.accent && { accent: brand.accent }),
      ...(brand.supportUrl && { supportUrl: brand.supportUrl }),
      ...(brand.footer && { footer: brand.footer }),
    },
  };
}
