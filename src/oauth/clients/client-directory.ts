import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isRehearsing } from '../../database/index.js';
import { RevocationLedger } from '../../revocation/index.js';
import { Client } from './client.entity.js';
import { isUrlShaped } from './cimd/document-url.js';

const FRESH_MS = 1_000;
const MAX_CACHED = 5_000;

interface Cached {
  readonly client: Client | null;
  readonly until: number;
}

/** What a client is looked up for: to ask people for something new, or to go on with what they allowed. */
export type ClientUse = 'authorization' | 'token';

/** Where clients come from that nobody registered: what is stored of one may be old, or nothing. */
export interface DocumentSource {
  current(id: string, stored: Client | null, use: ClientUse): Promise<Client | null>;
}

/**
 * Finds a client by its id, for this room only. Kept in memory for a second; a suspension or deletion reaches every
 * replica by the revocation ledger, and whatever gives out a token looks at the row again in its own statement.
 */
@Injectable()
export class ClientDirectory implements OnModuleInit {
  private readonly cached = new Map<string, Cached>();
  /** Counts what was forgotten, so that a row read before is not kept after. */
  private changes = 0;
  private documents: DocumentSource | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly ledger: RevocationLedger,
  ) {}

  onModuleInit(): void {
    this.ledger.onEnded((rows) => {
      for (const { kind, key } of rows) {
        if (kind === 'client') this.forget(key);
        if (kind === 'all') this.forgetAll();
      }
    });
  }

  /** Announced by what reads documents, which itself needs this directory. */
  readDocumentsFrom(source: DocumentSource): void {
    this.documents = source;
  }

  /** `null`: unknown. A client whose id is the URL of its document may be fetched, or be fetched again, for this. */
  async load(id: string, use: ClientUse = 'token'): Promise<Client | null> {
    const client = await this.stored(id);
    const byDocument = client ? client.registration === 'cimd' : isUrlShaped(id);
    return byDocument && this.documents ? this.documents.current(id, client, use) : client;
  }

  /** What the database says, and nothing else. */
  async stored(id: string): Promise<Client | null> {
    // PostgreSQL text cannot hold NUL; such an id is nobody's.
    if (id.length > 2_048 || id.includes('\0')) return null;
    const known = this.cached.get(id);
    if (known && known.until > performance.now()) return known.client;
    const changes = this.changes;
    const client = await this.dataSource.getRepository(Client).findOneBy({ id });
    // That there is none is kept too: it must not take longer to find than one that there is.
    if (!isRehearsing() && changes === this.changes && (client || !isUrlShaped(id))) this.keep(id, client);
    return client;
  }

  /** After a change on this replica; others see it within a second. */
  forget(id: string): void {
    this.changes++;
    this.cached.delete(id);
  }

  private forgetAll(): void {
    this.changes++;
    this.cached.clear();
  }

  private keep(id: string, client: Client | null): void {
    this.cached.delete(id);
    if (this.cached.size >= MAX_CACHED) this.cached.delete(this.cached.keys().next().value!);
    this.cached.set(id, { client: Object.freeze(client), until: performance.now() + FRESH_MS });
  }
}
