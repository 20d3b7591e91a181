import { OAuthError, type ClientMetadata } from '../oauth/index.js';
import { AdminProblem, invalidField } from './admin-problem.js';
import type { ChangedClientRequest } from './clients.request.js';

/** Metadata before the members that say nothing are left out. */
export type Wanted = { readonly [K in keyof ClientMetadata]: ClientMetadata[K] | null | undefined };

/** RFC 7591 §2 names of the same things. */
export function wantedBy(request: ChangedClientRequest): Wanted {
  return {
    client_name: request.name,
    redirect_uris: request.redirect_uris,
    grant_types: request.grant_types,
    token_endpoint_auth_method: request.auth_method,
    application_type: request.application_type,
    scope: request.scopes?.join(' '),
    require_pushed_authorization_requests: request.require_par,
    dpop_bound_access_tokens: request.dpop_bound,
    jwks: request.jwks,
    jwks_uri: request.jwks_uri,
    post_logout_redirect_uris: request.post_logout_redirect_uris,
    backchannel_logout_uri: request.backchannel_logout_uri,
    backchannel_logout_session_required: request.backchannel_logout_session_required,
    client_uri: request.client_uri,
    logo_uri: request.logo_uri,
    tos_uri: request.tos_uri,
    policy_uri: request.policy_uri,
  };
}

/** What is wanted over what there is: `undefined` leaves a member as it is, `null` takes it away. */
export function merged(before: ClientMetadata, wanted: Wanted): ClientMetadata {
  const said = Object.entries(wanted).filter(([, value]) => value !== undefined);
  const all = { ...before, ...Object.fromEntries(said) } as Wanted;
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/** A refusal of client metadata in the words of this API. */
export function problemOf(error: unknown): unknown {
  if (!(error instanceof OAuthError)) return error;
  if (error.code === 'invalid_redirect_uri') return invalidField('redirect_uris', error.description);
  return new AdminProblem(
    'invalid_request',
    { detail: error.description, reason: error.reason },
    { cause: error },
  );
}
