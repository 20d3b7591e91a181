import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { SamlProvider } from './saml/saml-provider.js';
import { SsoProviders } from './sso-providers.js';

/** Says at the start which certificates of providers somebody should do something about; it stops nothing. */
@Injectable()
export class SamlWarnings implements OnModuleInit {
  private readonly logger = new Logger('sso');

  constructor(private readonly providers: SsoProviders) {}

  async onModuleInit(): Promise<void> {
    for (const { provider } of await this.providers.list()) {
      if (!(provider instanceof SamlProvider)) continue;
      for (const warning of provider.warnings())
        this.logger.warn(`Identity provider ${provider.id}: ${warning}`);
    }
  }
}
