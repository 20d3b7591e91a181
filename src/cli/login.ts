import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  dynamicClientRegistration,
  None,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
} from 'openid-client';
import { Callback } from './callback.js';
import type { LoginOptions } from './options.js';

/** What `login` tells; the tokens only when they were asked for. */
export interface LoginResult {
  readonly issuer: string;
  readonly client_id: string;
  readonly token_type: string;
  readonly scope?: string;
  /** Seconds */
  readonly expires_in?: number;
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
}

/**
 * Signs a person in with their browser: authorization code with PKCE, `state` and `iss` checked (RFC 9700 §2.1,
 * RFC 9207). `tell` shows them where to go.
 */
export async function login(options: LoginOptions, tell: (words: string) => void): Promise<LoginResult> {
  const state = randomState();
  const callback = await Callback.listen(options.port, state);
  try {
    const config = await clientOf(options, callback.redirectUri);
    const verifier = randomPKCECodeVerifier();
    const challenge = await calculatePKCECodeChallenge(verifier);
    tell(
      `Open this address in your browser:\n\n${addressOf(config, options, { state, challenge, callback })}\n`,
    );
    const answer = await callback.answer(options.timeoutSeconds);
    const tokens = await authorizationCodeGrant(config, answer, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
    const { access_token, refresh_token, id_token, token_type, scope, expires_in } = tokens;
    return {
      issuer: config.serverMetadata().issuer,
      client_id: config.clientMetadata().client_id,
      token_type,
      ...(scope !== undefined && { scope }),
      ...(expires_in !== undefined && { expires_in }),
      ...(options.showTokens && {
        access_token,
        ...(refresh_token !== undefined && { refresh_token }),
        ...(id_token !== undefined && { id_token }),
      }),
    };
  } finally {
    callback.close();
  }
}

function clientOf({ issuer, clientId }: LoginOptions, redirectUri: string): Promise<Configuration> {
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(issuer.hostname);
  const how = issuer.protocol === 'http:' && isLoopback ? { execute: [allowInsecureRequests] } : {};
  if (clientId !== undefined) return discovery(issuer, clientId, undefined, None(), how);
  const metadata = {
    client_name: 'Gatehouse command line',
    redirect_uris: [redirectUri],
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  };
  return dynamicClientRegistration(issuer, metadata, None(), how);
}

function addressOf(
  config: Configuration,
  { scope, resource }: LoginOptions,
  { state, challenge, callback }: { state: string; challenge: string; callback: Callback },
): string {
  return buildAuthorizationUrl(config, {
    redirect_uri: callback.redirectUri,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state,
    ...(scope !== undefined && { scope }),
    ...(resource !== undefined && { resource }),
  }).href;
}
