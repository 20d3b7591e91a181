import type { UnfitOwner } from './api-key-owners.js';

/** Why a key is not made or not renewed. */
export type ApiKeyRefusal =
  | UnfitOwner
  /** There is no such person or client. */
  | 'no_such_owner'
  /** The resource takes no keys of such owners. */
  | 'keys_not_taken'
  /** A scope that the owner does not have at the resource; or none is asked for. */
  | 'scope_beyond_owner'
  /** Longer than `lifetimes.apiKeyMax`. */
  | 'lives_too_long'
  /** `limits.apiKeys.perOwner` */
  | 'too_many_keys'
  /** It is over. */
  | 'key_ended';

export class ApiKeyRefused extends Error {
  constructor(
    readonly reason: ApiKeyRefusal,
    /** For the caller. */
    message: string,
  ) {
    super(message);
    this.name = 'ApiKeyRefused';
  }
}
