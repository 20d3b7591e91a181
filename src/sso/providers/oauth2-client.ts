import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  None,
  type ClientAuth,
  type CustomFetch,
} from 'openid-client';
import type { OAuth2ProviderSection } from '../../config/index.js';
import { ProviderUnavailable } from '../sso-failure.js';
import { TIMEOUT_SECONDS } from './oidc-client.js';
import type { Reach } from './provider.js';

/** This server as a client of a provider that has no discovery document. @throws ProviderUnavailable */
export function oauth2Client(section: OAuth2ProviderSection, reach: Reach): Configuration {
  const { issuer, authorizationEndpoint, tokenEndpoint, userInfoEndpoint, emailLookup } = section;
  const asked = [authorizationEndpoint, tokenEndpoint, userInfoEndpoint, emailLookup?.endpoint];
  if (!asked.every((url) => url === undefined || reach.mayCall(url)))
    throw new ProviderUnavailable('endpoint_not_allowed');
  const server = {
    issuer,
    authorization_endpoint: authorizationEndpoint,
    token_endpoint: tokenEndpoint,
    code_challenge_methods_supported: section.pkce ? ['S256'] : [],
  };
  const client = new Configuration(server, section.clientId, {}, clientAuth(section));
  client.timeout = TIMEOUT_SECONDS;
  client[customFetch] = refusalsByStatus(reach.fetch, tokenEndpoint);
  if (reach.insecure) allowInsecureRequests(client);
  return client;
}

function clientAuth({ clientAuth: method, clientSecret }: OAuth2ProviderSection): ClientAuth {
  if (clientSecret === undefined || method === 'none') return None();
  return method === 'client_secret_post' ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret);
}

/** RFC 6749 §5.2 refuses with 400; some, GitHub among them, say `error` in an answer of 200. */
function refusalsByStatus(fetch: CustomFetch, tokenEndpoint: string): CustomFetch {
  return async (url, options) => {
    const response = await fetch(url, options);
    if (url !== new URL(tokenEndpoint).href || response.status !== 200) return response;
    const body = await response.text();
    const { headers } = response;
    return new Response(body, { headers, status: isRefusal(body) ? 400 : 200 });
  };
}

function isRefusal(body: string): boolean {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === 'object' && answer !== null && 'error' in answer && !('access_token' in answer);
  } catch {
    return false;
  }
}
