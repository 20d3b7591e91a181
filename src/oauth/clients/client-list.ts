import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { keysetPage, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import { clientViewOf, type ClientView } from './client-view.js';
import { Client } from './client.entity.js';

export interface ClientQuery extends KeysetQuery {
  readonly q?: string;
  readonly trustState?: ClientView['trustState'];
  readonly registration?: ClientView['registration'];
  /** Not used since then, or never and older. */
  readonly unusedSince?: Date;
}

/** Clients as operators read them: past every cache. */
@Injectable()
export class ClientList {
  constructor(private readonly dataSource: DataSource) {}

  async find(id: string): Promise<ClientView | undefined> {
    // PostgreSQL text cannot hold NUL; such an id is nobody's.
    if (id.length > 2_048 || id.includes('\0')) return undefined;
    const client = await this.dataSource.getRepository(Client).findOneBy({ id });
    return client ? clientViewOf(client) : undefined;
  }

  async page(query: ClientQuery): Promise<KeysetPage<ClientView>> {
    const { q, trustState, registration, unusedSince } = query;
    const select = this.dataSource.getRepository(Client).createQueryBuilder('c');
    if (q) select.andWhere('(c.name ILIKE :q OR c.id ILIKE :q)', { q: `%${q.replace(/[\\%_]/g, '\\$&')}%` });
    if (trustState) select.andWhere('c.trust_state = :trustState', { trustState });
    if (registration) select.andWhere('c.registration = :registration', { registration });
    if (unusedSince)
      select.andWhere('coalesce(c.last_used_at, c.created_at) < :unusedSince', { unusedSince });
    const first = { column: 'c.created_at', table: 'clients', id: 'id' };
    return keysetPage(select, { key: 'c.id', first, cursorOf: ({ id }) => id }, query, clientViewOf);
  }
}
