import type { Request } from 'express';
import { OAuthError } from '../../oauth-error.js';
import type { Params } from '../../params.js';
import type { Client } from '../client.entity.js';

export type AuthMethodName = Client['authMethod'];

/** Who a request says it comes from, and what it shows for it. */
export interface Presented {
  readonly clientId: string;
  /** A secret or an assertion; absent for a public client. */
  readonly credential?: string;
}

/** A way for a client to say who it is (RFC 6749 §2.3). */
export interface AuthMethod {
  /** The value of `token_endpoint_auth_method`. */
  readonly name: AuthMethodName;
  /**
   * `undefined` when the request does not use this method.
   * @throws OAuthError when it tries to and cannot be read
   */
  read(req: Request, params: Params): Presented | undefined;
  /**
   * Why it is not this client, as a snake_case code; `undefined` when it is. Without a client there is as much work as
   * with one, so that nobody learns by the clock which clients there are.
   */
  verify(client: Client | undefined, presented: Presented): Promise<string | undefined>;
}

/** RFC 6749 §5.2. One description for all reasons: which of them it was is for the log and the audit trail. */
export function invalidClient(reason: string, triedHeader = false): OAuthError {
  return new OAuthError('invalid_client', 'The client is unknown or could not be authenticated', {
    reason,
    // Required when the client tried the Authorization header.
    ...(triedHeader && { challenge: 'Basic realm="gatehouse", charset="UTF-8"' }),
  });
}
