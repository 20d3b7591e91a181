import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  type ClientAuth,
  type Configuration,
  type ServerMetadata,
} from 'openid-client';
import type { OidcProviderSection } from '../../config/index.js';
import { ProviderUnavailable } from '../sso-failure.js';
import type { Reach } from './provider.js';

export const TIMEOUT_SECONDS = 8;
const NEEDED = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;

/** This server as a client of an OpenID provider, by its discovery document. */
export function oidcClient(
  { issuer, clientId, clientSecret }: OidcProviderSection,
  reach: Reach,
): Promise<Configuration> {
  return discovery(new URL(issuer), clientId, clientSecret, clientAuth(clientSecret), {
    timeout: TIMEOUT_SECONDS,
    [customFetch]: reach.fetch,
    execute: [enableNonRepudiationChecks, ...(reach.insecure ? [allowInsecureRequests] : [])],
  });
}

/** RFC 8414 §2: a provider that does not say takes the secret by Basic. */
function clientAuth(secret: string): ClientAuth {
  const basic = ClientSecretBasic(secret);
  const post = ClientSecretPost(secret);
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

/** @throws ProviderUnavailable */
export function checkEndpoints(metadata: ServerMetadata, reach: Reach): void {
  if (NEEDED.some((name) => !metadata[name])) throw new ProviderUnavailable('metadata_incomplete');
  for (const endpoint of [...NEEDED.map((name) => metadata[name]), metadata.userinfo_endpoint]) {
    if (endpoint !== undefined && !reach.mayCall(endpoint))
      throw new ProviderUnavailable('endpoint_not_allowed');
  }
}
