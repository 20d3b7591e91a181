import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ScopeCatalogue } from '../scope-catalogue.js';
import { Consent } from '../grants/consent.entity.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { redirectKey } from './redirect-uri.js';

/** What a person allowed before; `undefined` when nothing for this client, resource and redirect URI. */
export type Remembered = readonly string[] | undefined;

/** Remembers consent per person, client, resource and redirect URI. */
@Injectable()
export class ConsentMemory {
  constructor(
    private readonly dataSource: DataSource,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  async recall(userId: string, request: AuthorizationRequest): Promise<Remembered> {
    const consent = await this.dataSource.getRepository(Consent).findOneBy(keyOf(userId, request));
    return consent?.scopes;
  }

  covers(remembered: Remembered, scopes: readonly string[]): boolean {
    return remembered !== undefined && this.catalogue.missing(remembered, scopes).length === 0;
  }

  /** Adds to what was allowed; nothing that was allowed before is forgotten by asking for less. */
  async remember(
    tx: EntityManager,
    userId: string,
    request: AuthorizationRequest,
    scopes: readonly string[],
  ): Promise<void> {
    const key = keyOf(userId, request);
    await tx.query(
      `INSERT INTO consents (id, user_id, client_id, resource, redirect_key, scopes, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, now(), now())
       ON CONFLICT ON CONSTRAINT consents_user_client_resource_redirect_key DO UPDATE
       SET scopes = ARRAY(SELECT DISTINCT unnest(consents.scopes || excluded.scopes)), updated_at = now()`,
      [uuidv7(), key.userId, key.clientId, key.resource, key.redirectKey, scopes],
    );
  }
}

function keyOf(userId: string, { client, resource, redirectUri }: AuthorizationRequest) {
  return { userId, clientId: client.id, resource: resource.id, redirectKey: redirectKey(redirectUri) };
}
