import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ClientMetadata } from '../client-metadata.js';
import { Client } from '../client.entity.js';
import { ClientsService } from '../clients.service.js';
import type { FetchedDocument } from './document-fetch.js';

/** Keeps what documents say as the clients they are; nothing is kept of one that is refused. */
@Injectable()
export class DocumentStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clients: ClientsService,
  ) {}

  /** @throws OAuthError when the metadata breaks a rule that holds for every client */
  async keep(id: string, { metadata, ...document }: FetchedDocument): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      // Replicas that meet a client at the same time make it once.
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [id]);
      if (metadata) await this.settle(tx, id, { metadata, document });
      else
        await tx.update(
          Client,
          { id, registration: 'cimd' },
          { documentEtag: document.etag ?? null, documentUntil: document.until },
        );
    });
  }

  private async settle(
    tx: EntityManager,
    id: string,
    { metadata, document }: { metadata: ClientMetadata; document: Omit<FetchedDocument, 'metadata'> },
  ): Promise<void> {
    const known = await tx.findOneBy(Client, { id });
    // Registered beforehand by its URL meanwhile: what the installation says counts.
    if (known && known.registration !== 'cimd') return;
    const actor = { type: 'client', id } as const;
    if (known) await this.clients.change(tx, id, metadata, { actor, document });
    else await this.clients.create(tx, metadata, { registration: 'cimd', id, actor, document });
  }
}
