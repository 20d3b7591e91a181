import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppConfig, ConfigError, type ClientSection } from '../../config/index.js';
import { CLIENT_GRANT_TYPES } from '../grant-types/names.js';
import { OAuthError } from '../oauth-error.js';
import { isAdminScope } from '../scopes.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import type { ClientMetadata } from './client-metadata.js';
import { Client } from './client.entity.js';
import { consoleClient } from './console-client.js';
import { ClientsService } from './clients.service.js';

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
    const problems: string[] = [];
    await this.dataSource.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [CONFIGURED_LOCK]);
      await this.bootstrap(tx);
      for (const section of this.sections()) problems.push(...(await this.configured(tx, section)));
      if (problems.length > 0) throw new ConfigError(problems);
    });
  }

  private sections(): readonly ClientSection[] {
    return [...consoleClient(this.config, this.catalogue), ...this.config.clients];
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

  /** What is wrong with it, as sentences for whoever wrote the file. */
  private async configured(tx: EntityManager, section: ClientSection): Promise<string[]> {
    const { clientId: id, clientSecret, skipConsent, allowedScopes = null } = section;
    const unknown = this.unknownNames(section);
    if (unknown.length > 0)
      return [`clients: ${id} has ${unknown.join(', ')}, which this server does not know`];
    const decided = {
      actor: { type: 'system' },
      ...(clientSecret && { secret: clientSecret }),
      skipConsent,
    } as const;
    const metadata = metadataFrom(section);
    try {
      const change = { ...decided, allowedScopes, keepsTrust: true, takenOverBy: 'static' } as const;
      if (!(await this.clients.change(tx, id, metadata, change)))
        await this.clients.create(tx, metadata, {
          ...decided,
          registration: 'static',
          id,
          ...(allowedScopes && { allowedScopes }),
        });
      return [];
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      return [`clients: ${id}: ${error.description}`];
    }
  }

  private unknownNames({ grantTypes, scopes, allowedScopes = [] }: ClientSection): string[] {
    const known: readonly string[] = CLIENT_GRANT_TYPES;
    return [
      ...grantTypes.filter((name) => !known.includes(name)),
      ...[...scopes, ...allowedScopes].filter((name) => !this.catalogue.has(name)),
    ];
  }
}

/** RFC 7591 §2 names of the same things. */
function metadataFrom(section: ClientSection): ClientMetadata {
  const { jwks, jwksUri, backchannelLogoutUri } = section;
  return {
    client_name: section.name,
    redirect_uris: section.redirectUris,
    grant_types: section.grantTypes,
    scope: section.scopes.join(' '),
    token_endpoint_auth_method: authMethodOf(section),
    require_pushed_authorization_requests: section.requirePar,
    dpop_bound_access_tokens: section.dpopBound,
    post_logout_redirect_uris: section.postLogoutRedirectUris,
    backchannel_logout_session_required: section.backchannelLogoutSessionRequired,
    ...(jwks && { jwks }),
    ...(jwksUri && { jwks_uri: jwksUri }),
    ...(backchannelLogoutUri && { backchannel_logout_uri: backchannelLogoutUri }),
  };
}

function authMethodOf({ authMethod, clientSecret, jwks, jwksUri }: ClientSection): string {
  if (authMethod) return authMethod;
  if (clientSecret) return 'client_secret_basic';
  return jwks || jwksUri ? 'private_key_jwt' : 'none';
}
