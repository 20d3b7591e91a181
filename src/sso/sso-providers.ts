import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { SignInWays, type SignInWay } from '../sessions/index.js';
import type { LiveProvider } from './live-provider.js';
import { ProviderFactory } from './provider-factory.js';
import { StoredProviders } from './stored-providers.js';

/** Every identity provider: those of the configuration, and then those that admins set up. */
@Injectable()
export class SsoProviders implements OnModuleInit, OnApplicationBootstrap {
  /** In the order of the configuration. */
  readonly configured: readonly LiveProvider[];

  constructor(
    { identityProviders, environmentProviders }: AppConfig,
    factory: ProviderFactory,
    private readonly stored: StoredProviders,
    private readonly ways: SignInWays,
  ) {
    this.configured = identityProviders.map((section) => {
      const source = environmentProviders.includes(section.id) ? 'environment' : 'file';
      return { section, source, provider: factory.make(section, source) };
    });
  }

  onModuleInit(): void {
    this.ways.register(async () => (await this.list()).filter(isEnabled).map(wayOf));
  }

  async onApplicationBootstrap(): Promise<void> {
    const logger = new Logger('sso');
    for (const { section, provider } of this.configured.filter(isEnabled))
      logger.log(`${section.id} sends people back to ${provider.facts.redirectUri}`);
    await this.ways.list();
  }

  async list(): Promise<readonly LiveProvider[]> {
    return [...this.configured, ...(await this.stored.current())];
  }

  /** One that people can come in by. */
  async find(id: unknown): Promise<LiveProvider | undefined> {
    const isIt = ({ section }: LiveProvider): boolean => section.id === id;
    const found = this.configured.find(isIt) ?? (await this.stored.current()).find(isIt);
    return found && isEnabled(found) ? found : undefined;
  }
}

const isEnabled = ({ section }: LiveProvider): boolean => section.enabled;

const wayOf = ({ section: { id, name, domains, hidden, signInEvery } }: LiveProvider): SignInWay => ({
  id,
  label: name ?? id,
  domains,
  hidden,
  ...(signInEvery !== undefined && { signInEvery }),
});
