import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig, readIdentityProvider } from '../config/index.js';
import { isDatabaseUnavailable, isRehearsing } from '../database/index.js';
import { CannotOpen } from '../sealing/index.js';
import { IdentityProvider } from './identity-provider.entity.js';
import type { LiveProvider } from './live-provider.js';
import { ProviderFactory } from './provider-factory.js';
import { ProviderSecrets } from './provider-secrets.js';

const FRESH_MS = 1_000;

/** One as this process has it; without `live` it is of no use, and that was written down. */
interface Held {
  readonly version: string;
  readonly live?: LiveProvider;
}

/** The providers that admins set up, as of a second ago at most on every replica. */
@Injectable()
export class StoredProviders {
  private readonly logger = new Logger('sso');
  private readonly taken: ReadonlySet<string>;
  private held: ReadonlyMap<string, Held> = new Map();
  private readAt = -Infinity;
  private reading: Promise<void> | undefined;

  constructor(
    config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly factory: ProviderFactory,
    private readonly secrets: ProviderSecrets,
  ) {
    this.taken = new Set(config.identityProviders.map(({ id }) => id));
  }

  /** In the order they were made. While the database is away, those that were there last. */
  async current(): Promise<readonly LiveProvider[]> {
    if (performance.now() - this.readAt > FRESH_MS && !isRehearsing()) {
      this.reading ??= this.read().finally(() => (this.reading = undefined));
      await this.reading;
    }
    return [...this.held.values()].flatMap(({ live }) => live ?? []);
  }

  /** After the commit of a change: this replica sees it with the next look. */
  async renew(): Promise<void> {
    if (isRehearsing()) return;
    await this.reading;
    this.readAt = -Infinity;
    await this.current();
  }

  private async read(): Promise<void> {
    const startedAt = performance.now();
    try {
      const rows = await this.dataSource
        .getRepository(IdentityProvider)
        .find({ order: { createdAt: 'ASC', id: 'ASC' } });
      // The configuration of the installation is stronger than what an admin set up before it.
      const changed = this.replace(rows.filter(({ id }) => !this.taken.has(id)));
      for (const row of changed) await this.reseal(row);
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
    }
    this.readAt = startedAt;
  }

  /** One that has not changed stays the very same, with what it has found out about its provider. Answers the others. */
  private replace(rows: readonly IdentityProvider[]): IdentityProvider[] {
    const before = this.held;
    const held = rows.map((row): [string, Held] => {
      const known = before.get(row.id);
      return [row.id, known?.version === row.version ? known : this.hold(row)];
    });
    this.held = new Map(held);
    for (const [id, one] of before) if (this.held.get(id) !== one) one.live?.provider.close();
    return rows.filter(({ id, version }) => before.get(id)?.version !== version);
  }

  /** After a rotation of the key-encryption keys, so that the older ones can go. */
  private async reseal(row: IdentityProvider): Promise<void> {
    const { id, version } = row;
    if (!this.held.get(id)?.live) return;
    const secrets = this.secrets.renewed(row);
    if (secrets) await this.dataSource.manager.update(IdentityProvider, { id, version }, { secrets });
  }

  private hold(row: IdentityProvider): Held {
    const { id, version, settings } = row;
    const problems: string[] = [];
    try {
      const section = readIdentityProvider({ ...settings, ...this.secrets.open(row), id }, problems);
      if (problems.length === 0) {
        const live = { section, source: 'admin', provider: this.factory.make(section, 'admin') } as const;
        return { version, live };
      }
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error;
      problems.push(error.message);
    }
    this.logger.error({ provider: id, problems }, 'an identity provider cannot be used');
    return { version };
  }
}
