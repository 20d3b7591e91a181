import { AppConfig } from '../../config/index.js';
import { OAuthError } from '../oauth-error.js';
import { parseLoopback } from './loopback.js';
import { checkRedirectUri } from './redirect-uri-rules.js';
import type { Client } from './client.entity.js';

/** What is asked for, in RFC 7591 §2's words; every way of making a client comes here. */
export interface ClientMetadata {
  readonly client_name?: string;
  readonly redirect_uris?: readonly string[];
  readonly token_endpoint_auth_method?: string;
  readonly grant_types?: readonly string[];
  readonly response_types?: readonly string[];
  readonly scope?: string;
  readonly application_type?: string;
  readonly client_uri?: string;
  readonly software_id?: string;
  readonly software_version?: string;
}

/** What is stored: the effective values, which the answer then states (RFC 7591 §3.2.1). */
export type EffectiveMetadata = Pick<
  Client,
  | 'name'
  | 'authMethod'
  | 'applicationType'
  | 'redirectUris'
  | 'grantTypes'
  | 'clientUri'
  | 'softwareId'
  | 'softwareVersion'
>;

const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const;
const MAX_REDIRECTS = 50;

/**
 * Settles what a client will be, with the tolerances of `policies.clients`.
 * @throws OAuthError invalid_redirect_uri, invalid_client_metadata
 */
export function settleMetadata(
  asked: ClientMetadata,
  config: AppConfig,
  grantTypesSupported: readonly string[],
): EffectiveMetadata {
  const grantTypes = settleGrantTypes(asked, grantTypesSupported);
  const uris = asked.redirect_uris ?? [];
  if (uris.length > MAX_REDIRECTS)
    throw new OAuthError('invalid_client_metadata', `More than ${MAX_REDIRECTS} redirect URIs`);
  const native = isNative(asked, uris, config);
  const authMethod = settleAuthMethod(asked, native, grantTypes, config);
  const redirectUris = uris.map((uri) =>
    checkRedirectUri(uri, {
      privateSchemes: config.policies.clients.private_schemes,
      publicClient: authMethod === 'none',
    }),
  );
  if (grantTypes.includes('authorization_code') && redirectUris.length === 0) {
    throw new OAuthError('invalid_redirect_uri', 'At least one redirect URI is needed');
  }
  return {
    name: nameOf(asked, redirectUris),
    authMethod,
    applicationType: native ? 'native' : 'web',
    redirectUris: [...new Set(redirectUris)],
    grantTypes,
    clientUri: httpsOnly(asked.client_uri),
    softwareId: asked.software_id ?? null,
    softwareVersion: asked.software_version ?? null,
  };
}

function settleGrantTypes(asked: ClientMetadata, supported: readonly string[]): string[] {
  const wanted = asked.grant_types ?? ['authorization_code', 'refresh_token'];
  const unknown = wanted.filter((type) => !supported.includes(type));
  if (unknown.length === wanted.length)
    throw new OAuthError('invalid_client_metadata', 'None of the grant types is supported');
  if ((asked.response_types ?? ['code']).some((type) => type !== 'code')) {
    throw new OAuthError('invalid_client_metadata', 'The only response type is code');
  }
  return wanted.filter((type) => supported.includes(type));
}

const isPrivateScheme = (uri: string): boolean => !/^https?:/.test(uri);

function isNative(asked: ClientMetadata, uris: readonly string[], config: AppConfig): boolean {
  if (asked.application_type !== undefined && !['web', 'native'].includes(asked.application_type)) {
    throw new OAuthError('invalid_client_metadata', 'application_type must be web or native');
  }
  if (asked.application_type) return asked.application_type === 'native';
  const looksNative =
    uris.length > 0 && uris.some((uri) => isPrivateScheme(uri) || parseLoopback(uri) !== undefined);
  return looksNative && config.policies.clients.infer_native;
}

function settleAuthMethod(
  asked: ClientMetadata,
  native: boolean,
  grantTypes: readonly string[],
  config: AppConfig,
): Client['authMethod'] {
  const { downgrade_auth_method, missing_method_is_public } = config.policies.clients;
  const wanted = asked.token_endpoint_auth_method;
  const machine = grantTypes.includes('client_credentials');
  if (wanted === undefined)
    return (native || missing_method_is_public) && !machine ? 'none' : 'client_secret_basic';
  const method = AUTH_METHODS.find((known) => known === wanted);
  if (method === 'none' && machine)
    throw new OAuthError('invalid_client_metadata', 'client_credentials needs a client with a secret');
  if (method) return method;
  if (downgrade_auth_method) return machine ? 'client_secret_basic' : 'none';
  throw new OAuthError(
    'invalid_client_metadata',
    'This token endpoint authentication method is not supported',
  );
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
