import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog, type Actor } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { digest, newToken } from '../../sealing/index.js';
import { CLIENT_GRANT_TYPES, REGISTRABLE_GRANT_TYPES } from '../grant-types/names.js';
import { OAuthError } from '../oauth-error.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import { settleMetadata, type ClientMetadata } from './client-metadata.js';
import { clientViewOf, type ClientView } from './client-view.js';
import { Client } from './client.entity.js';

/** What the maker of a client decides beside its metadata; a registration body can set none of it. */
export interface ClientOrigin {
  readonly registration: Client['registration'];
  readonly actor: Actor;
  /** A chosen id; otherwise one with 128 random bits is made. */
  readonly id?: string;
  /** A chosen secret; otherwise one is made for a confidential client. */
  readonly secret?: string;
  readonly allowedScopes?: readonly string[];
  readonly skipConsent?: boolean;
}

export interface CreatedClient {
  readonly client: ClientView;
  /** Shown once; only its digest is kept. */
  readonly secret?: string;
}

export interface ClientQuery {
  readonly q?: string;
  readonly trustState?: ClientView['trustState'];
  readonly limit: number;
  /** Id of the last client of the page before. */
  readonly cursor?: string;
}

/** The one path that creates or changes a client: registration, admin, configuration. Every policy hangs on it. */
@Injectable()
export class ClientsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
    private readonly catalogue: ScopeCatalogue,
    private readonly audit: AuditLog,
  ) {}

  /** @throws OAuthError invalid_redirect_uri, invalid_client_metadata */
  async create(tx: EntityManager, metadata: ClientMetadata, origin: ClientOrigin): Promise<CreatedClient> {
    const settled = settleMetadata(
      metadata,
      this.config,
      origin.registration === 'dcr' ? REGISTRABLE_GRANT_TYPES : CLIENT_GRANT_TYPES,
    );
    const secret = settled.authMethod === 'none' ? undefined : (origin.secret ?? newToken('gh_cs_'));
    const client = Object.assign(new Client(), {
      ...settled,
      id: origin.id ?? newToken('gh_c_').slice(0, 32),
      registration: origin.registration,
      trustState: origin.registration === 'dcr' ? 'quarantined' : 'approved',
      secretDigest: secret === undefined ? null : digest(secret),
      scopes: this.defaultScopes(metadata.scope),
      allowedScopes: origin.allowedScopes ? [...origin.allowedScopes] : null,
      skipConsent: origin.skipConsent ?? false,
      createdAt: new Date(),
      lastUsedAt: null,
      suspendedAt: null,
    } satisfies Client);
    await tx.insert(Client, client);
    await this.audit.record(tx, {
      type: 'client.registered',
      actor: origin.actor,
      clientId: client.id,
      targets: [{ type: 'client', id: client.id, display: client.name }],
      details: {
        registration: client.registration,
        auth_method: client.authMethod,
        redirect_uris: client.redirectUris,
      },
    });
    return { client: clientViewOf(client), ...(secret !== undefined && { secret }) };
  }

  /** Brings a configured client up to what the configuration says now. */
  async reconfigure(
    tx: EntityManager,
    existing: Client,
    metadata: ClientMetadata,
    origin: ClientOrigin,
  ): Promise<void> {
    const settled = settleMetadata(metadata, this.config, CLIENT_GRANT_TYPES);
    await tx.update(
      Client,
      { id: existing.id },
      {
        ...settled,
        scopes: this.defaultScopes(metadata.scope),
        skipConsent: origin.skipConsent ?? false,
        secretDigest: origin.secret === undefined ? null : digest(origin.secret),
      },
    );
  }

  async find(id: string): Promise<ClientView | undefined> {
    const client = await this.load(id);
    return client ? clientViewOf(client) : undefined;
  }

  /** The entity, for this room only. */
  async load(id: string): Promise<Client | null> {
    // PostgreSQL text cannot hold NUL; such an id is nobody's.
    if (id.length > 2_048 || id.includes('\0')) return null;
    return this.dataSource.getRepository(Client).findOneBy({ id });
  }

  async list({ q, trustState, limit, cursor }: ClientQuery): Promise<{ items: ClientView[]; next?: string }> {
    const select = this.dataSource
      .getRepository(Client)
      .createQueryBuilder('c')
      .orderBy('c.created_at', 'DESC')
      .addOrderBy('c.id', 'DESC');
    if (q) select.andWhere('(c.name ILIKE :q OR c.id ILIKE :q)', { q: `%${q.replace(/[\\%_]/g, '\\$&')}%` });
    if (trustState) select.andWhere('c.trust_state = :trustState', { trustState });
    if (cursor) {
      select.andWhere(
        '(c.created_at, c.id) < (SELECT k.created_at, k.id FROM clients k WHERE k.id = :cursor)',
        { cursor },
      );
    }
    const rows = await select.limit(limit + 1).getMany();
    const items = rows.slice(0, limit).map(clientViewOf);
    return { items, ...(rows.length > limit && { next: items.at(-1)!.id }) };
  }

  /** Lifts the ceiling of a dynamically registered client, or the suspension of any. `undefined`: no such client. */
  async approve(id: string, by: { actor: Actor; reason?: string }): Promise<ClientView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const client = await tx.findOneBy(Client, { id });
      if (!client) return undefined;
      if (client.trustState !== 'approved') {
        Object.assign(client, { trustState: 'approved', suspendedAt: null });
        await tx.update(Client, { id }, { trustState: 'approved', suspendedAt: null });
        await this.audit.record(tx, {
          type: 'client.approved',
          actor: by.actor,
          clientId: id,
          targets: [{ type: 'client', id, display: client.name }],
          ...(by.reason && { details: { reason: by.reason } }),
        });
      }
      return clientViewOf(client);
    });
  }

  /** Its life is renewed by use; written at most once an hour. */
  async noteUse(tx: EntityManager, client: Pick<Client, 'id' | 'lastUsedAt'>): Promise<void> {
    const anHourAgo = new Date(Date.now() - 3_600_000);
    if (client.lastUsedAt && client.lastUsedAt > anHourAgo) return;
    await tx.update(Client, { id: client.id }, { lastUsedAt: new Date() });
  }

  private defaultScopes(scope: string | undefined): string[] {
    const asked = [...new Set((scope ?? '').split(' ').filter(Boolean))];
    if (asked.length > 100) throw new OAuthError('invalid_client_metadata', 'The scope is too long');
    return asked.filter((name) => this.catalogue.has(name));
  }
}
