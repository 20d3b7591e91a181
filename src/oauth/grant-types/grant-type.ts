import type { Client } from '../clients/client.entity.js';
import type { Params } from '../params.js';
import type { TokenSet } from '../tokens/token-set.js';

/** A way to ask for tokens (RFC 6749 §4, §6). The client has been authenticated and may use this type. */
export interface GrantType {
  /** The value of `grant_type`. */
  readonly name: string;
  /** Parameters that may come more than once. */
  readonly mayRepeat: readonly string[];
  /** @throws OAuthError; whatever the refusal changed has been committed by then */
  issue(client: Client, params: Params): Promise<TokenSet>;
}
