import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Client } from '../../clients/client.entity.js';
import { ScopeCatalogue } from '../../scope-catalogue.js';

const FIND = `
SELECT c.scopes FROM consents c JOIN clients k ON k.id = c.client_id
WHERE c.user_id = $1 AND c.client_id = $2 AND c.resource = $3
  AND c.client_fingerprint IS NOT DISTINCT FROM k.fingerprint`;

/** What a person allowed on the consent page before, wherever the answer went. */
@Injectable()
export class PersonConsent {
  constructor(
    private readonly dataSource: DataSource,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  async covers(
    userId: string,
    client: Client,
    resource: string,
    scopes: readonly string[],
  ): Promise<boolean> {
    const rows = await this.dataSource.query<{ scopes: string[] }[]>(FIND, [userId, client.id, resource]);
    return rows.some((row) => this.catalogue.missing(row.scopes, scopes).length === 0);
  }
}
