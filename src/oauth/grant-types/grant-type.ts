import type { Client } from '../clients/client.entity.js';
import type { Params } from '../params.js';
import type { TokenSet } from '../tokens/token-set.js';

/** A request to the token endpoint. The client has been authenticated and may use this type. */
export interface TokenRequest {
  readonly client: Client;
  readonly params: Params;
  /** RFC 7638 thumbprint of the key of a DPoP proof that has passed every check (RFC 9449 §5). */
  readonly jkt?: string;
}

/** A way to ask for tokens (RFC 6749 §4, §6). */
export interface GrantType {
  /** The value of `grant_type`. */
  readonly name: string;
  /** `false`: the configuration lacks what it needs, so it is neither advertised nor answered. */
  readonly enabled?: boolean;
  /** Parameters that may come more than once. */
  readonly mayRepeat: readonly string[];
  /** @throws OAuthError; whatever the refusal changed has been committed by then */
  issue(request: TokenRequest): Promise<TokenSet>;
}
