import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog } from '../../audit/index.js';
import { digest } from '../../sealing/index.js';
import type { By } from '../grants/ending-facts.js';
import type { Ended } from '../grants/endings.js';
import { ApiKey } from './api-key.entity.js';
import { keyFact, keySnapshot } from './api-key-facts.js';
import type { OwnerId } from './api-key-owners.js';
import { ApiKeyRefused } from './api-key-refused.js';
import { ApiKeyRules } from './api-key-rules.js';
import { KeyRevocation } from './key-revocation.js';
import { newApiKey } from './key-text.js';

export interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly string[];
  /** How long it is good; `lifetimes.apiKey` without it. */
  readonly seconds?: number;
}

/** Looks at a key that is about to be changed, and nobody changes it meanwhile; throws what keeps it from that. */
export type KeyCheck = (key: Readonly<ApiKey>) => void;

export interface ChangeAsked {
  readonly by: By;
  readonly check?: KeyCheck;
}

/** Makes, changes and revokes API keys; each with its audit record in one transaction. */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly rules: ApiKeyRules,
    private readonly endings: KeyRevocation,
  ) {}

  /** Everything that a key of this owner may have; nothing where they may have none. */
  scopesOf(owner: OwnerId): Promise<string[]> {
    return this.rules.scopesOf(this.dataSource, owner);
  }

  /** The key is answered this once. @throws ApiKeyRefused */
  async create(
    owner: OwnerId,
    { name, seconds, scopes: asked }: NewApiKey,
    by: By,
  ): Promise<{ id: string; key: string }> {
    const [key, resource, expiresAt] = [newApiKey(), this.rules.resource(), this.rules.expiry(seconds)];
    const scopes = [...new Set(asked)];
    const row = newRow(owner, { key, name, scopes, resource: resource.id, expiresAt }, by);
    await this.dataSource.transaction(async (tx) => {
      await this.rules.check(tx, owner, resource, scopes);
      await this.rules.checkRoom(tx, owner);
      await tx.insert(ApiKey, row);
      const change = { before: null, after: keySnapshot(row), secrets: ['key'] };
      await this.audit.record(tx, keyFact('api_key.created', row, { by, change }));
    });
    return { id: row.id, key };
  }

  /** `false`: there is no such key. @throws ApiKeyRefused */
  async rename(id: string, name: string | undefined, { by, check }: ChangeAsked): Promise<boolean> {
    return this.dataSource.transaction(async (tx) => {
      const row = await locked(tx, id);
      if (!row) return false;
      check?.(row);
      if (name === undefined || row.name === name) return true;
      const before = keySnapshot(row);
      await tx.update(ApiKey, { id }, { name });
      const after = { ...row, name };
      const change = { before, after: keySnapshot(after) };
      await this.audit.record(tx, keyFact('api_key.renamed', after, { by, change }));
      return true;
    });
  }

  /**
   * Another secret in place of the one before, which is good no longer, and another end. What is being served with it
   * ends. `undefined`: there is no such key.
   * @throws ApiKeyRefused
   */
  async rotate(
    id: string,
    seconds: number | undefined,
    { by, check }: ChangeAsked,
  ): Promise<{ key: string } | undefined> {
    const [key, resource, expiresAt] = [newApiKey(), this.rules.resource(), this.rules.expiry(seconds)];
    const seq = await this.dataSource.transaction(async (tx) => {
      const row = await locked(tx, id);
      if (!row) return undefined;
      check?.(row);
      if (row.revokedAt || row.expiresAt.getTime() <= Date.now())
        throw new ApiKeyRefused('key_ended', 'The key is over; make another one');
      await this.rules.check(tx, ownerIdOf(row), resource, row.scopes);
      const next = { ...row, digest: digest(key), issuedAt: new Date(), expiresAt };
      await tx.update(ApiKey, { id }, { digest: next.digest, issuedAt: next.issuedAt, expiresAt });
      const change = { before: keySnapshot(row), after: keySnapshot(next), secrets: ['key'] };
      await this.audit.record(tx, keyFact('api_key.rotated', next, { by, change }));
      return this.endings.endCalls(tx, id, by);
    });
    if (seq === undefined) return undefined;
    await this.endings.committed(seq);
    return { key };
  }

  /** `undefined`: there is no such key. `ended` is false when it was over already. */
  async revoke(id: string, { by, check }: ChangeAsked): Promise<Ended | undefined> {
    return this.endings.revoke(
      id,
      async (tx) => {
        const row = await locked(tx, id);
        if (row) check?.(row);
        return row !== null;
      },
      by,
    );
  }
}

const locked = (tx: EntityManager, id: string): Promise<ApiKey | null> =>
  tx.findOne(ApiKey, { where: { id }, lock: { mode: 'pessimistic_write' } });

const ownerIdOf = ({ userId, clientId }: ApiKey): OwnerId =>
  userId === null ? { clientId: clientId! } : { userId };

interface Made {
  readonly key: string;
  readonly name: string;
  readonly scopes: string[];
  readonly resource: string;
  readonly expiresAt: Date;
}

function newRow({ userId, clientId }: OwnerId, made: Made, { actor }: By): ApiKey {
  const now = new Date();
  const { key, ...rest } = made;
  return Object.assign(new ApiKey(), {
    ...rest,
    id: uuidv7(),
    digest: digest(key),
    userId: userId ?? null,
    clientId: clientId ?? null,
    createdAt: now,
    createdBy: actor.id ?? actor.type,
    issuedAt: now,
    lastUsedAt: null,
    lastUsedIp: null,
    revokedAt: null,
    revokedReason: null,
  } satisfies ApiKey);
}
