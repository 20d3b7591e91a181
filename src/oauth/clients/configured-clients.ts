import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppConfig, type ClientSection } from '../../config/index.js';
import { isAdminScope } from '../scopes.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import { Client } from './client.entity.js';
import { ClientsService, type ClientOrigin } from './clients.service.js';

/** "conf" in ASCII: replicas that start at once make each client once. */
const CONFIGURED_LOCK = 0x636f6e66;

/** Makes the clients that the configuration names: those of the file at each start, the bootstrap client once. */
@Injectable()
export class ConfiguredClients implements OnApplicationBootstrap {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly clients: ClientsService,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [CONFIGURED_LOCK]);
      await this.bootstrap(tx);
      for (const section of this.config.clients) await this.configured(tx, section);
    });
  }

  private async bootstrap(tx: EntityManager): Promise<void> {
    const { clientId: id, clientSecret: secret } = this.config.bootstrap;
    if (!id || !secret || (await tx.existsBy(Client, { id }))) return;
    const scopes = this.catalogue.names().filter(isAdminScope);
    await this.clients.create(
      tx,
      {
        client_name: 'Operations',
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_basic',
        scope: scopes.join(' '),
      },
      { registration: 'static', actor: { type: 'system' }, id, secret, allowedScopes: scopes },
    );
  }

  private async configured(tx: EntityManager, section: ClientSection): Promise<void> {
    const metadata = {
      client_name: section.name,
      redirect_uris: section.redirectUris,
      grant_types: section.grantTypes,
      scope: section.scopes.join(' '),
      token_endpoint_auth_method: section.clientSecret ? 'client_secret_basic' : 'none',
    };
    const origin: ClientOrigin = {
      registration: 'static',
      actor: { type: 'system' },
      id: section.clientId,
      ...(section.clientSecret && { secret: section.clientSecret }),
      skipConsent: section.skipConsent,
    };
    const existing = await tx.findOneBy(Client, { id: section.clientId });
    if (existing) await this.clients.reconfigure(tx, existing, metadata, origin);
    else await this.clients.create(tx, metadata, origin);
  }
}
