import type { Client } from './client.entity.js';

/** What is asked for, in the words of RFC 7591 §2 and its extensions; every way of making a client comes here. */
export interface ClientMetadata {
  readonly client_name?: string;
  readonly redirect_uris?: readonly string[];
  readonly token_endpoint_auth_method?: string;
  readonly token_endpoint_auth_signing_alg?: string;
  readonly grant_types?: readonly string[];
  readonly response_types?: readonly string[];
  readonly scope?: string;
  readonly application_type?: string;
  readonly client_uri?: string;
  readonly logo_uri?: string;
  readonly tos_uri?: string;
  readonly policy_uri?: string;
  readonly jwks?: object;
  readonly jwks_uri?: string;
  readonly software_id?: string;
  readonly software_version?: string;
  readonly software_statement?: string;
  /** RFC 9126 §6 */
  readonly require_pushed_authorization_requests?: boolean;
  /** RFC 9449 §5.2 */
  readonly dpop_bound_access_tokens?: boolean;
  /** OpenID Connect RP-Initiated Logout §3.1 */
  readonly post_logout_redirect_uris?: readonly string[];
  /** OpenID Connect Back-Channel Logout §2.2 */
  readonly backchannel_logout_uri?: string;
  readonly backchannel_logout_session_required?: boolean;
}

/** What is stored of it: the effective values, which the answer then states (RFC 7591 §3.2.1). */
export type EffectiveMetadata = Pick<
  Client,
  | 'name'
  | 'authMethod'
  | 'assertionAlg'
  | 'jwks'
  | 'jwksUri'
  | 'applicationType'
  | 'redirectUris'
  | 'grantTypes'
  | 'scopes'
  | 'clientUri'
  | 'logoUri'
  | 'tosUri'
  | 'policyUri'
  | 'softwareId'
  | 'softwareVersion'
  | 'requirePar'
  | 'dpopBound'
  | 'postLogoutRedirectUris'
  | 'backchannelLogoutUri'
  | 'backchannelLogoutSessionRequired'
>;

/** The metadata of a client as it is stored: what a registration answers, and what a partial change starts from. */
export function metadataOf(client: EffectiveMetadata): ClientMetadata {
  return {
    client_name: client.name,
    redirect_uris: client.redirectUris,
    grant_types: client.grantTypes,
    response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
    token_endpoint_auth_method: client.authMethod,
    application_type: client.applicationType,
    ...(client.scopes.length > 0 && { scope: client.scopes.join(' ') }),
    ...present({
      client_uri: client.clientUri,
      logo_uri: client.logoUri,
      tos_uri: client.tosUri,
      policy_uri: client.policyUri,
      jwks: client.jwks,
      jwks_uri: client.jwksUri,
      token_endpoint_auth_signing_alg: client.assertionAlg,
      software_id: client.softwareId,
      software_version: client.softwareVersion,
      backchannel_logout_uri: client.backchannelLogoutUri,
    }),
    ...(client.requirePar && { require_pushed_authorization_requests: true }),
    ...(client.dpopBound && { dpop_bound_access_tokens: true }),
    ...(client.postLogoutRedirectUris.length > 0 && {
      post_logout_redirect_uris: client.postLogoutRedirectUris,
    }),
    ...(client.backchannelLogoutSessionRequired && { backchannel_logout_session_required: true }),
  };
}

/** Without the members that are null. */
function present<T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
