import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ProviderChanges, type ProviderChange } from './provider-changes.js';
import type { RawSettings } from './provider-settings.js';
import { ProviderTable } from './provider-table.js';
import { liveView, type ProviderView } from './provider-view.js';
import { SsoProviders } from './sso-providers.js';
import { StoredProviders } from './stored-providers.js';

/** Every identity provider as admins see them; those of the configuration can be looked at and tested only. */
@Injectable()
export class IdentityProviders {
  constructor(
    private readonly dataSource: DataSource,
    private readonly providers: SsoProviders,
    private readonly table: ProviderTable,
  ) {}

  async list(): Promise<readonly ProviderView[]> {
    const configured = this.providers.configured.map(liveView);
    const taken = new Set(configured.map(({ id }) => id));
    const stored = await this.table.all(this.dataSource.manager);
    return [...configured, ...stored.filter(({ id }) => !taken.has(id))];
  }

  async find(id: string): Promise<ProviderView | undefined> {
    const configured = this.providers.configured.find(({ section }) => section.id === id);
    return configured ? liveView(configured) : this.table.find(this.dataSource.manager, id);
  }
}

/** Changing the providers of the table: this replica goes by it at once, others within moments. */
@Injectable()
export class IdentityProviderChanges {
  constructor(
    private readonly changes: ProviderChanges,
    private readonly stored: StoredProviders,
  ) {}

  /** `undefined`: the id is taken. @throws SettingsRefused */
  async create(id: string, raw: RawSettings, change: ProviderChange): Promise<ProviderView | undefined> {
    return this.renewed(await this.changes.create(id, raw, change));
  }

  /** `undefined`: there is none that could be changed. @throws SettingsRefused */
  async change(id: string, patch: RawSettings, change: ProviderChange): Promise<ProviderView | undefined> {
    return this.renewed(await this.changes.change(id, patch, change));
  }

  /** `undefined`: there is none that could be removed. */
  async remove(id: string, change: ProviderChange, reason?: string): Promise<ProviderView | undefined> {
    return this.renewed(await this.changes.remove(id, change, reason));
  }

  private async renewed<T>(outcome: T): Promise<T> {
    await this.stored.renew();
    return outcome;
  }
}
