import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import { Resources, type Resource } from '../resources.js';
import { findOwner, holdOwner, type OwnerId } from './api-key-owners.js';
import { ApiKeyRefused } from './api-key-refused.js';
import { ApiKeyRights } from './api-key-rights.js';
import { LIVING_KEY } from './api-key-view.js';

const UNFIT = {
  user_disabled: 'This person is kept out',
  client_suspended: 'This client is suspended',
  not_a_service:
    'Only a client that proves who it is and has the grant type client_credentials may have keys',
} as const;

/** What has to be so for a key to be made or renewed. */
@Injectable()
export class ApiKeyRules {
  constructor(
    private readonly config: AppConfig,
    private readonly resources: Resources,
    private readonly rights: ApiKeyRights,
  ) {}

  /** When a key ends that is to be good for so many seconds from now. @throws ApiKeyRefused */
  expiry(seconds = this.config.lifetimes.apiKey): Date {
    if (seconds > this.config.lifetimes.apiKeyMax)
      throw new ApiKeyRefused(
        'lives_too_long',
        `A key is good for ${this.config.lifetimes.apiKeyMax} s at most`,
      );
    return new Date(Date.now() + seconds * 1_000);
  }

  /** The resource of this server's keys. @throws ApiKeyRefused when it takes none */
  resource(): Resource {
    const found = this.resources.find(this.config.mcpResource);
    if (!found || found.apiKeys.length === 0)
      throw new ApiKeyRefused('keys_not_taken', 'This server takes no API keys');
    return found;
  }

  /** Everything that a key of this owner may have; nothing where they may have none. */
  async scopesOf(db: Pick<EntityManager, 'query'>, owner: OwnerId): Promise<string[]> {
    const resource = this.resources.find(this.config.mcpResource);
    const found = resource && (await findOwner(db, owner));
    return found && 'owner' in found ? this.rights.all(found.owner, resource) : [];
  }

  /** Holds the owner until the end of the transaction. @throws ApiKeyRefused */
  async check(
    tx: EntityManager,
    owner: OwnerId,
    resource: Resource,
    scopes: readonly string[],
  ): Promise<void> {
    await holdOwner(tx, owner);
    const found = await findOwner(tx, owner);
    if (!found) throw new ApiKeyRefused('no_such_owner', 'There is no such owner');
    if ('unfit' in found) throw new ApiKeyRefused(found.unfit, UNFIT[found.unfit]);
    const { holder } = found.owner;
    if (!resource.apiKeys.includes(holder))
      throw new ApiKeyRefused('keys_not_taken', `This server takes no API keys of ${holder}`);
    const allowed = this.rights.of(found.owner, resource, scopes);
    if (scopes.length === 0 || allowed.length < scopes.length)
      throw new ApiKeyRefused(
        'scope_beyond_owner',
        'A key needs scopes, and its owner must have each of them here',
      );
  }

  /** @throws ApiKeyRefused */
  async checkRoom(tx: EntityManager, { userId, clientId }: OwnerId): Promise<void> {
    const { perOwner } = this.config.limits.apiKeys;
    const [row] = await tx.query<{ living: number }[]>(
      `SELECT count(*)::int AS living FROM api_keys k
       WHERE (k.user_id = $1::uuid OR k.client_id = $2) AND ${LIVING_KEY}`,
      [userId ?? null, clientId ?? null],
    );
    if (row!.living >= perOwner)
      throw new ApiKeyRefused('too_many_keys', `Nobody has more than ${perOwner} keys; revoke one first`);
  }
}
