import { Injectable } from '@nestjs/common';
import { AppConfig, isLoopbackUrl, type AnyProviderSection } from '../config/index.js';
import { OutboundHttp } from '../outbound/index.js';
import { configuredReach, outboundReach } from './providers/guarded-fetch.js';
import { PROVIDER_KINDS } from './providers/index.js';
import type { ProviderContext, SsoProvider } from './providers/provider.js';

/** Who set a provider up: whoever installs this server, in one of two places, or an admin over the network. */
export type ProviderSource = 'file' | 'environment' | 'admin';

/** Makes providers of what was set up, each with the reach that its source may have. */
@Injectable()
export class ProviderFactory {
  constructor(
    private readonly config: AppConfig,
    private readonly outbound: OutboundHttp,
  ) {}

  make(section: AnyProviderSection, source: ProviderSource): SsoProvider {
    const kind = PROVIDER_KINDS.find((each) => each.kind === section.kind);
    if (!kind) throw new Error(`No identity provider kind is called ${section.kind}`);
    return kind.create(section, this.context(source));
  }

  private context(source: ProviderSource): ProviderContext {
    const { config, outbound } = this;
    if (source !== 'admin') return { config, reach: configuredReach };
    const { outboundLoopback } = config.policies;
    return {
      config,
      reach: (home) => outboundReach(outbound, outboundLoopback && URL.canParse(home) && isLoopbackUrl(home)),
    };
  }
}
