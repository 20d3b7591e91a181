import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { AccountModule } from './account/index.js';
import { AdminModule } from './admin/index.js';
import { AuditModule } from './audit/index.js';
import { ConfigModule, type AppConfig } from './config/index.js';
import { ConsoleModule } from './console/index.js';
import { DatabaseModule } from './database/index.js';
import { HealthController } from './health.controller.js';
import { HomeController } from './home.controller.js';
import { IdempotencyModule } from './idempotency/index.js';
import { KeysModule, type KeyExtensions } from './keys/index.js';
import { loggerOptions } from './logging.js';
import { MailModule } from './mail/index.js';
import { McpEndpointModule, McpModule } from './mcp/index.js';
import { OAuthModule, type TokenExtensions } from './oauth/index.js';
import { OutboundModule } from './outbound/index.js';
import { PAGES_CONFIG, PagesModule, type PagesConfig } from './pages/index.js';
import { RevocationModule } from './revocation/index.js';
import { ScimModule } from './scim/index.js';
import { SealingModule } from './sealing/index.js';
import { SessionsModule } from './sessions/index.js';
import { SsoModule } from './sso/index.js';
import { ThrottlingModule } from './throttling/index.js';
import { ToolsModule } from './tools/index.js';
import { UsersModule } from './users/index.js';

/** What an installer may put in place of the defaults (docs/scopes-and-claims.md), and adds to them (docs/tools.md). */
export type Extensions = KeyExtensions & TokenExtensions & { readonly modules?: readonly ImportedModule[] };

type ImportedModule = Type | DynamicModule;

/** The list of rooms. */
@Module({})
export class AppModule {
  static register(config: AppConfig, extensions: Extensions = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [
        LoggerModule.forRoot(loggerOptions(config)),
        McpEndpointModule,
        ConfigModule.register(config),
        DatabaseModule.register(),
        SealingModule,
        OutboundModule,
        AuditModule,
        IdempotencyModule,
        ThrottlingModule,
        PagesModule.register({ provide: PAGES_CONFIG, useValue: pagesConfig(config) }),
        MailModule,
        RevocationModule,
        KeysModule.register(extensions),
        UsersModule,
        SessionsModule,
        SsoModule,
        OAuthModule.register(extensions),
        AccountModule,
        McpModule,
        ToolsModule,
        ScimModule,
        AdminModule,
        ConsoleModule.register(config),
        ...(extensions.modules ?? []),
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
    ...(brand.templates && { templates: brand.templates }),
  };
}
