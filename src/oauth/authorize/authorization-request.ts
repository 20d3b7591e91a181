import type { Client } from '../clients/client.entity.js';
import type { Resource } from '../resources.js';
import type { ResponseTarget } from './response-target.js';

export type Prompt = 'none' | 'login' | 'consent' | 'select_account';

/** Where a pushed request is kept, and since when a browser has it (RFC 9126). */
export interface PushedReference {
  readonly digest: Buffer;
  readonly openedAt: Date;
}

/** An authorization request that has passed every check (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2.1). */
export interface AuthorizationRequest extends ResponseTarget {
  readonly client: Client;
  readonly resource: Resource;
  readonly scopes: readonly string[];
  readonly codeChallenge: string;
  readonly nonce?: string;
  readonly prompt: ReadonlySet<Prompt>;
  /** Seconds since the person last proved who they are. */
  readonly maxAge?: number;
  readonly loginHint?: string;
  /** `sub` of a verified `id_token_hint`: nobody else may be answered for. */
  readonly hintedSubject?: string;
  /** Of `acr_values`, the levels that a sign-in here can reach, in the client's order. */
  readonly acrValues: readonly string[];
  /** RFC 7638 thumbprint that a DPoP proof at the token endpoint must have (RFC 9449 §10). */
  readonly dpopJkt?: string;
  readonly pushed?: PushedReference;
}
