import { PROOF_ALGORITHMS } from '../proof-algorithms.js';
import type { Scheme } from './presented-token.js';

export type AccessErrorCode =
  'invalid_request' | 'invalid_token' | 'insufficient_scope' | 'invalid_dpop_proof' | 'use_dpop_nonce';

export interface Challenge {
  /** Of the request; a request without credentials is asked for `Bearer`. */
  readonly scheme?: Scheme;
  /** The last one is of RFC 9470 §3. */
  readonly error?: AccessErrorCode | 'insufficient_user_authentication';
  readonly description?: string;
  /** RFC 9728 §5.1. */
  readonly resourceMetadata?: string;
  readonly scopes?: readonly string[];
  /** RFC 9470 §3. */
  readonly acrValues?: readonly string[];
  /** In seconds (RFC 9470 §3). */
  readonly maxAge?: number;
}

/**
 * The value of WWW-Authenticate (RFC 6750 §3, RFC 9449 §7.1). Clients parse it simply: one scheme first, then
 * `key="value"` pairs; so there is one challenge and never two.
 */
export function accessChallenge({ scheme = 'Bearer', error, description, ...rest }: Challenge): string {
  const parameters = {
    error,
    error_description: description,
    resource_metadata: rest.resourceMetadata,
    scope: rest.scopes?.join(' '),
    acr_values: rest.acrValues?.join(' '),
    max_age: rest.maxAge?.toString(),
    algs: scheme === 'DPoP' ? PROOF_ALGORITHMS.join(' ') : undefined,
  };
  const pairs = Object.entries(parameters).flatMap(([key, value]) =>
    value ? [`${key}="${quotable(value)}"`] : [],
  );
  return `${scheme} ${pairs.join(', ')}`.trim();
}

/** RFC 6750 §3: printable ASCII without quote and backslash, so that nothing can end the quoted string. */
function quotable(value: string): string {
  return value.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '');
}
