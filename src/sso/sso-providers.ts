import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { PROVIDER_KINDS } from './providers/index.js';
import type { SsoProvider } from './providers/provider.js';

/** The providers of the configuration. */
@Injectable()
export class SsoProviders {
  private readonly providers = new Map<string, SsoProvider>();

  constructor(config: AppConfig) {
    for (const section of config.identityProviders) {
      const kind = PROVIDER_KINDS.find((each) => each.kind === section.kind);
      if (!kind) throw new Error(`No identity provider kind is called ${String(section.kind)}`);
      this.providers.set(section.id, kind.create(section, config));
    }
  }

  find(id: unknown): SsoProvider | undefined {
    return typeof id === 'string' ? this.providers.get(id) : undefined;
  }
}
