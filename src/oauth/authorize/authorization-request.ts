import type { Client } from '../clients/client.entity.js';
import type { Resource } from '../resources.js';

export type Prompt = 'none' | 'login' | 'consent';

/** An authorization request that has passed every check (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2.1). */
export interface AuthorizationRequest {
  readonly client: Client;
  readonly redirectUri: string;
  readonly state?: string;
  readonly resource: Resource;
  readonly scopes: readonly string[];
  readonly codeChallenge: string;
  readonly nonce?: string;
  readonly prompt: ReadonlySet<Prompt>;
  /** Seconds since the person last proved who they are. */
  readonly maxAge?: number;
  readonly loginHint?: string;
}
