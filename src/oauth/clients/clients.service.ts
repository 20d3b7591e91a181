import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../audit/index.js';
import type { KeysetPage } from '../../database/index.js';
import { ClientDecisions, type RotatedSecret, type SecretAsked } from './client-decisions.js';
import { ClientDirectory } from './client-directory.js';
import { ClientList, type ClientQuery } from './client-list.js';
import type { ClientMetadata } from './client-metadata.js';
import type { ClientChange, ClientOrigin } from './client-origin.js';
import { clientViewOf, type ClientView } from './client-view.js';
import { ClientWriter, lockedClient } from './client-writer.js';

export type { ClientChange, ClientOrigin } from './client-origin.js';
export type { ClientQuery } from './client-list.js';

export interface CreatedClient {
  readonly client: ClientView;
  /** Shown once; only its digest is kept. */
  readonly secret?: string;
}

/** The one path that creates or changes a client: registration, documents, admin, configuration. Every policy hangs on it. */
@Injectable()
export class ClientsService {
  constructor(
    private readonly writer: ClientWriter,
    private readonly clients: ClientList,
    private readonly decisions: ClientDecisions,
    private readonly directory: ClientDirectory,
  ) {}

  /** @throws OAuthError invalid_redirect_uri, invalid_client_metadata, access_denied */
  async create(tx: EntityManager, metadata: ClientMetadata, origin: ClientOrigin): Promise<CreatedClient> {
    const { client, secret } = await this.writer.insert(tx, metadata, origin);
    return { client: clientViewOf(client), ...(secret !== undefined && { secret }) };
  }

  /**
   * Replaces the metadata of a client, which is locked meanwhile; call `forget` once that is committed. `undefined`: no
   * such client.
   * @throws OAuthError invalid_redirect_uri, invalid_client_metadata, access_denied
   */
  async change(
    tx: EntityManager,
    id: string,
    metadata: ClientMetadata | ((before: ClientView) => ClientMetadata),
    change: ClientChange,
  ): Promise<ClientView | undefined> {
    const before = await lockedClient(tx, id);
    if (!before) return undefined;
    const wanted = typeof metadata === 'function' ? metadata(clientViewOf(before)) : metadata;
    return clientViewOf(await this.writer.update(tx, before, wanted, change));
  }

  /** After the commit of a change: this replica reads the client anew, others within a second. */
  forget(id: string): void {
    this.directory.forget(id);
  }

  find(id: string): Promise<ClientView | undefined> {
    return this.clients.find(id);
  }

  list(query: ClientQuery): Promise<KeysetPage<ClientView>> {
    return this.clients.page(query);
  }

  /** Lifts the ceiling of a client that made itself, or the suspension of any. `undefined`: no such client. */
  async approve(id: string, by: { actor: Actor; reason?: string }): Promise<ClientView | undefined> {
    return this.forgotten(id, await this.decisions.approve(id, by));
  }

  /** Lets a suspended client work again. `undefined`: no such client. */
  async reinstate(id: string, by: { actor: Actor; reason?: string }): Promise<ClientView | undefined> {
    return this.forgotten(id, await this.decisions.reinstate(id, by));
  }

  /** `undefined`: no such client. */
  async rotateSecret(
    id: string,
    overlapSeconds: number,
    asked: SecretAsked,
  ): Promise<RotatedSecret | undefined> {
    return this.forgotten(id, await this.decisions.rotateSecret(id, overlapSeconds, asked));
  }

  private forgotten<T>(id: string, outcome: T): T {
    this.forget(id);
    return outcome;
  }
}
