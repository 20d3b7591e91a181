import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { ApiKeyList, ApiKeyRefused, ApiKeys, ScopeCatalogue } from '../../oauth/index.js';
import type { ApiKeyOffer, ApiKeysView } from '../../pages/index.js';
import type { SignedIn } from '../../sessions/index.js';

const DAY = 86_400;
const MAX_KEYS = 200;

export type OwnKeyProblem = NonNullable<ApiKeysView['problem']>;

/** What a person is told of it; of anything else, that they may have no key. */
const PROBLEMS: Partial<Record<ApiKeyRefused['reason'], OwnKeyProblem>> = {
  scope_beyond_owner: 'no_scope',
  lives_too_long: 'too_long',
  too_many_keys: 'too_many',
};

/** The API keys of a person, and the way to another one. */
@Injectable()
export class OwnApiKeys {
  constructor(
    private readonly config: AppConfig,
    private readonly list: ApiKeyList,
    private readonly keys: ApiKeys,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  async living({ userId }: SignedIn): Promise<ApiKeysView['keys']> {
    const { items } = await this.list.list({ userId, active: true, limit: MAX_KEYS });
    return items.map(({ id, name, scopes, createdAt, expiresAt, lastUsedAt, lastUsedIp: ip }) => ({
      id,
      name,
      scopes: scopes.flatMap((scope) => this.described(scope)),
      createdAt,
      expiresAt,
      ...(lastUsedAt && { lastUsed: { at: lastUsedAt, ...(ip && { ip }) } }),
    }));
  }

  /** `undefined`: there is nothing that a key of theirs might do. */
  async offer({ userId }: SignedIn): Promise<ApiKeyOffer | undefined> {
    const scopes = (await this.keys.scopesOf({ userId })).flatMap((scope) => this.described(scope));
    const { apiKey, apiKeyMax } = this.config.lifetimes;
    const [days, maxDays] = [apiKey, apiKeyMax].map((seconds) => Math.max(1, Math.floor(seconds / DAY)));
    return scopes.length === 0 ? undefined : { scopes, days: days!, maxDays: maxDays! };
  }

  /** The key, which is shown this once, or why there is none. */
  async make(
    { userId }: SignedIn,
    { name, scopes, days }: { name: string; scopes: readonly string[]; days: number },
  ): Promise<{ key: string } | { problem: OwnKeyProblem }> {
    try {
      const by = { actor: { type: 'user', id: userId } } as const;
      const { key } = await this.keys.create({ userId }, { name, scopes, seconds: days * DAY }, by);
      return { key };
    } catch (error) {
      if (!(error instanceof ApiKeyRefused)) throw error;
      return { problem: PROBLEMS[error.reason] ?? 'not_taken' };
    }
  }

  /** False when it is not a living key of theirs. */
  async revoke({ userId }: SignedIn, id: string): Promise<boolean> {
    const found = await this.list.find(id);
    if (found?.userId !== userId) return false;
    const by = { actor: { type: 'user', id: userId }, reason: 'ended_by_person' } as const;
    return (await this.keys.revoke(id, { by }))?.ended === true;
  }

  private described(scope: string): ApiKeyOffer['scopes'] {
    const entry = this.catalogue.get(scope);
    return entry ? [{ scope, sentence: entry.sentence, destructive: entry.destructive ?? false }] : [];
  }
}
