import type { Client } from '../../clients/client.entity.js';
import { OAuthError } from '../../oauth-error.js';
import type { Params } from '../../params.js';
import { OPAQUE_PREFIX } from '../../tokens/access-token-maker.js';
import type { TokenRequest } from '../grant-type.js';

/** RFC 8693 §3 */
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';
const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';

export interface ExchangeRequest {
  readonly client: Client;
  readonly subjectToken: string;
  readonly actorToken: string | undefined;
  readonly scope: readonly string[];
  /** `resource` and `audience`: both name a resource by its id here. */
  readonly targets: readonly string[];
  readonly jkt: string | undefined;
}

/**
 * RFC 8693 §2.1.
 * @throws OAuthError invalid_request
 */
export function readExchange({ client, params, jkt }: TokenRequest): ExchangeRequest {
  const subjectToken = typed(params, 'subject_token');
  if (subjectToken === undefined) throw badRequest('subject_token is missing', 'missing_subject_token');
  const wanted = params.get('requested_token_type') ?? ACCESS_TOKEN_TYPE;
  if (wanted !== ACCESS_TOKEN_TYPE)
    throw badRequest('requested_token_type must be that of an access token', 'unknown_requested_token_type');
  return {
    client,
    subjectToken,
    actorToken: typed(params, 'actor_token'),
    scope: [...new Set(params.get('scope')?.split(' ').filter(Boolean))],
    targets: [...params.all('resource'), ...params.all('audience')],
    jkt,
  };
}

/** A token and its type belong together. */
function typed(params: Params, name: 'subject_token' | 'actor_token'): string | undefined {
  const [token, type] = [params.get(name), params.get(`${name}_type`)];
  if (token === undefined && type === undefined) return undefined;
  if (token === undefined) throw badRequest(`${name} is missing`, `missing_${name}`);
  if (type === undefined) throw badRequest(`${name}_type is missing`, `missing_${name}_type`);
  const opaque = token.startsWith(OPAQUE_PREFIX);
  if (type !== ACCESS_TOKEN_TYPE && (type !== JWT_TYPE || opaque))
    throw badRequest(`${name}_type must be that of an access token of this server`, `unknown_${name}_type`);
  return token;
}

export const badRequest = (description: string, reason: string): OAuthError =>
  new OAuthError('invalid_request', description, { reason });
