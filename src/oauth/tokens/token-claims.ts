import { Injectable } from '@nestjs/common';
import type { ClientView } from '../clients/client-view.js';
import type { Person } from './person-claims.js';

/** The person a token is about, as the claims hook sees them. */
export interface ClaimsUser extends Person {
  readonly id: string;
  readonly roles: readonly string[];
  /** Names of the groups they are in. */
  readonly groups: readonly string[];
  /** The browser session they allowed it in, when there was one. */
  readonly sessionId: string | null;
}

/**
 * What an installer wants access tokens to say beside what the standards ask for: a tenant, permissions, a department.
 * Give another provider in `start({ tokenClaims })`.
 */
export abstract class TokenClaims {
  /**
   * `user` is absent when a client acts for itself; `resource` is the audience. Names that this server or a standard
   * uses are dropped from the answer (see `RESERVED_CLAIMS`). What it throws refuses the token with `server_error`.
   */
  abstract getTokenClaims(
    user: ClaimsUser | undefined,
    client: ClientView,
    scopes: readonly string[],
    resource: string,
  ): Promise<Readonly<Record<string, unknown>>>;
}

@Injectable()
export class NoTokenClaims extends TokenClaims {
  getTokenClaims(): Promise<Readonly<Record<string, unknown>>> {
    return Promise.resolve({});
  }
}

/** Claims that only this server sets (RFC 7519 §4.1, RFC 9068 §2.2, RFC 7800, RFC 8693 §4 and its own). */
export const RESERVED_CLAIMS: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope', 'scp'],
  ...['auth_time', 'acr', 'amr', 'nonce', 'at_hash', 'c_hash', 'azp', 'cnf', 'act', 'may_act', 'events'],
  ...['gid', 'sid', 'rev', 'uid', '__proto__', 'constructor', 'prototype'],
]);

/** A token travels in a header; what would not fit there is refused when it is made. */
const MAX_BYTES = 3_072;

export function admitted(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own = Object.fromEntries(
    Object.entries(claims).filter(([name, value]) => !RESERVED_CLAIMS.has(name) && value !== undefined),
  );
  if (Buffer.byteLength(JSON.stringify(own)) > MAX_BYTES)
    throw new Error(`The token claims hook answered more than ${MAX_BYTES} bytes`);
  return own;
}
