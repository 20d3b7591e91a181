import type { PageKind } from './page-kind.js';

export interface ApiKeyItem {
  /** Comes back as `id`. */
  id: string;
  name: string;
  scopes: { scope: string; sentence: string }[];
  createdAt: Date;
  expiresAt: Date;
  lastUsed?: { at: Date; ip?: string };
}

/** What the form for a new key offers. */
export interface ApiKeyOffer {
  /** What the person may let a key do; come back as `scope`. */
  scopes: { scope: string; sentence: string; destructive: boolean }[];
  /** How long it is good, in days, and at most. */
  days: number;
  maxDays: number;
}

/**
 * The API keys of a person. Posts `csrf` with `name`, `scope` and `days` to `/account/api-keys`, and with `id` to
 * `/account/api-keys/revoke`.
 */
export interface ApiKeysView {
  page: 'api-keys';
  keys: ApiKeyItem[];
  /** Absent where no key can be made. */
  offer?: ApiKeyOffer;
  /** Signed in a moment ago: may make a key. Otherwise `confirmHref` leads to a sign-in. */
  recent: boolean;
  confirmHref: string;
  notice?: 'revoked';
  problem?: 'no_scope' | 'too_long' | 'too_many' | 'not_taken';
  csrf: string;
}

export const apiKeysPage: PageKind<ApiKeysView> = {
  page: 'api-keys',
  width: 'medium',
  severOpener: true,
  heading: (_view, t) => ({ text: t.apiKeys.heading }),
};
