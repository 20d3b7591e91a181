import type { AppConfig } from '../../config/index.js';
import {
  CLIENT_GRANT_TYPES,
  CONFIDENTIAL_GRANT_TYPES,
  DEVICE_CODE,
  JWT_BEARER,
  REGISTRABLE_GRANT_TYPES,
} from '../grant-types/names.js';
import { OAuthError } from '../oauth-error.js';
import { PROOF_ALGORITHMS } from '../proof-algorithms.js';
import { checkKeys } from './client-keys.js';
import type { ClientMetadata, EffectiveMetadata } from './client-metadata.js';
import type { Client } from './client.entity.js';
import { parseLoopback } from './loopback.js';
import { checkRedirectUri, type RedirectRules } from './redirect-uri-rules.js';

/** What settling needs to know beside what is asked for. */
export interface Setting {
  readonly config: AppConfig;
  readonly registration: Client['registration'];
  readonly knowsScope: (name: string) => boolean;
  readonly mayCall: (url: string) => boolean;
}

export const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
const MAX_URIS = 50;
const MAX_SCOPES = 100;

/**
 * Settles what a client will be, with the tolerances of `policies.clients`: the same for every way of making one.
 * @throws OAuthError invalid_redirect_uri, invalid_client_metadata
 */
export function settleMetadata(asked: ClientMetadata, setting: Setting): EffectiveMetadata {
  if (asked.software_statement !== undefined) throw unverified();
  const grantTypes = grantTypesOf(asked, setting);
  const uris = asked.redirect_uris ?? [];
  const native = isNative(asked, uris, setting);
  const authMethod = authMethodOf(asked, grantTypes, setting);
  const rules = {
    privateSchemes: setting.config.policies.clients.private_schemes,
    publicClient: authMethod === 'none',
  };
  const redirectUris = redirectsOf(uris, rules);
  if (grantTypes.includes('authorization_code') && redirectUris.length === 0)
    throw new OAuthError('invalid_redirect_uri', 'At least one redirect URI is needed');
  return {
    name: nameOf(asked, redirectUris),
    authMethod,
    ...keysOf(asked, authMethod, setting),
    applicationType: native ? 'native' : 'web',
    redirectUris,
    grantTypes,
    scopes: scopesOf(asked.scope, setting),
    clientUri: httpsOnly(asked.client_uri),
    logoUri: httpsOnly(asked.logo_uri),
    tosUri: httpsOnly(asked.tos_uri),
    policyUri: httpsOnly(asked.policy_uri),
    softwareId: asked.software_id ?? null,
    softwareVersion: asked.software_version ?? null,
    requirePar: asked.require_pushed_authorization_requests ?? false,
    dpopBound: asked.dpop_bound_access_tokens ?? false,
    ...logoutOf(asked, rules, setting),
  };
}

function grantTypesOf(asked: ClientMetadata, { registration, config }: Setting): string[] {
  const supported = [...supportedFor(registration, asked), ...byPolicy(config)];
  const wanted = [...new Set(asked.grant_types ?? ['authorization_code', 'refresh_token'])];
  const known = wanted.filter((type) => supported.includes(type));
  if (known.length === 0) throw refused('None of the grant types is supported');
  if ((asked.response_types ?? []).some((type) => type !== 'code'))
    throw refused('The only response type is code');
  return known;
}

/** By default nobody grants itself the device grant, which is easy to phish with. */
const byPolicy = ({ policies }: AppConfig): readonly string[] =>
  policies.clients.device_registration ? [DEVICE_CODE] : [];

/** A document that proves who it is may bring an ID-JAG: the trusted issuer that wrote it has named that very client. */
function supportedFor(registration: Client['registration'], asked: ClientMetadata): readonly string[] {
  if (registration === 'cimd' && asked.token_endpoint_auth_method === 'private_key_jwt')
    return [...REGISTRABLE_GRANT_TYPES, JWT_BEARER];
  return registration === 'dcr' || registration === 'cimd' ? REGISTRABLE_GRANT_TYPES : CLIENT_GRANT_TYPES;
}

const isPrivateScheme = (uri: string): boolean => !/^https?:/.test(uri);

function isNative(
  asked: ClientMetadata,
  uris: readonly string[],
  { config, registration }: Setting,
): boolean {
  const { application_type: type } = asked;
  if (type !== undefined && !['web', 'native'].includes(type))
    throw refused('application_type must be web or native');
  if (type) return type === 'native';
  const looksNative = uris.some((uri) => isPrivateScheme(uri) || parseLoopback(uri) !== undefined);
  // The configuration file has no application type to say.
  if (looksNative && !config.policies.clients.infer_native && registration !== 'static')
    throw new OAuthError(
      'invalid_redirect_uri',
      'A redirect URI is refused: loopback and private-use schemes need the application_type native',
    );
  return looksNative;
}

function authMethodOf(
  asked: ClientMetadata,
  grantTypes: readonly string[],
  setting: Setting,
): Client['authMethod'] {
  const { downgrade_auth_method, missing_method_is_public } = setting.config.policies.clients;
  const wanted = asked.token_endpoint_auth_method;
  const machine = grantTypes.some((type) => CONFIDENTIAL_GRANT_TYPES.includes(type));
  const document = setting.registration === 'cimd';
  if (wanted === undefined) {
    const open = document || missing_method_is_public;
    return open && !machine ? 'none' : 'client_secret_basic';
  }
  const method = AUTH_METHODS.find((known) => known === wanted);
  // A document is public; a secret cannot be in it.
  if (document && method?.startsWith('client_secret'))
    throw refused('A metadata document cannot have a secret');
  if (method === 'none' && machine) throw refused('This grant type needs a client that authenticates');
  if (method) return method;
  if (downgrade_auth_method) return machine ? 'client_secret_basic' : 'none';
  throw refused('This token endpoint authentication method is not supported');
}

/** RFC 7591 §2: the keys by value or by reference, never both. */
function keysOf(
  asked: ClientMetadata,
  authMethod: Client['authMethod'],
  { mayCall }: Setting,
): Pick<Client, 'jwks' | 'jwksUri' | 'assertionAlg'> {
  const { jwks, jwks_uri: jwksUri, token_endpoint_auth_signing_alg: alg } = asked;
  if (jwks !== undefined && jwksUri !== undefined) throw refused('Send either jwks or jwks_uri');
  if (jwksUri !== undefined && !mayCall(jwksUri)) throw refused('jwks_uri must be a public https URL');
  const signs = authMethod === 'private_key_jwt';
  if (signs && jwks === undefined && jwksUri === undefined)
    throw refused('private_key_jwt needs jwks or jwks_uri');
  if (signs && alg !== undefined && !PROOF_ALGORITHMS.some((known) => known === alg))
    throw refused('token_endpoint_auth_signing_alg is not supported');
  return {
    jwks: jwks === undefined ? null : checkKeys(jwks),
    jwksUri: jwksUri ?? null,
    assertionAlg: signs ? (alg ?? null) : null,
  };
}

function redirectsOf(uris: readonly string[], rules: RedirectRules): string[] {
  if (uris.length > MAX_URIS) throw refused(`More than ${MAX_URIS} redirect URIs`);
  return [...new Set(uris.map((uri) => checkRedirectUri(uri, rules)))];
}

function logoutOf(
  asked: ClientMetadata,
  rules: RedirectRules,
  { mayCall }: Setting,
): Pick<Client, 'postLogoutRedirectUris' | 'backchannelLogoutUri' | 'backchannelLogoutSessionRequired'> {
  const { post_logout_redirect_uris: uris = [], backchannel_logout_uri: backchannel } = asked;
  // OpenID Connect Back-Channel Logout §2.2: absolute, without a fragment.
  if (backchannel !== undefined && (backchannel.includes('#') || !mayCall(backchannel)))
    throw refused('backchannel_logout_uri must be a public https URL without a fragment');
  return {
    postLogoutRedirectUris: afterLogout(uris, rules),
    backchannelLogoutUri: backchannel ?? null,
    backchannelLogoutSessionRequired: asked.backchannel_logout_session_required ?? false,
  };
}

/** The rules of redirect URIs, but not their error code: no authorization response goes there. */
function afterLogout(uris: readonly string[], rules: RedirectRules): string[] {
  try {
    return redirectsOf(uris, rules);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    throw refused(`post_logout_redirect_uris: ${error.description}`);
  }
}

function scopesOf(scope: string | undefined, { knowsScope }: Setting): string[] {
  const asked = [...new Set((scope ?? '').split(' ').filter(Boolean))];
  if (asked.length > MAX_SCOPES) throw refused('The scope is too long');
  return asked.filter(knowsScope);
}

function nameOf(asked: ClientMetadata, redirectUris: readonly string[]): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this removes
  const given = asked.client_name?.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').trim();
  if (given) return given;
  const first = redirectUris[0];
  return first && URL.canParse(first) && new URL(first).hostname ? new URL(first).hostname : 'Unnamed app';
}

function httpsOnly(uri: string | undefined): string | null {
  return uri !== undefined && URL.canParse(uri) && new URL(uri).protocol === 'https:' ? uri : null;
}

/** Whoever may take a statement has verified it, and put what it says in its place, before it comes here. */
const unverified = (): OAuthError =>
  new OAuthError('unapproved_software_statement', 'Software statements are not taken here', {
    reason: 'unverified_software_statement',
  });

const refused = (why: string): OAuthError => new OAuthError('invalid_client_metadata', why);
