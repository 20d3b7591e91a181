import * as oauth from 'oauth4webapi';
import { adminResource, consoleUrl } from '../installation';
import { authorizationServer, client, clientAuth, insecure } from './authorization-server';
import { withNonce } from './nonce';
import { Tokens } from './tokens';

const PENDING = 'gatehouse.sign-in';

interface Pending {
  readonly state: string;
  readonly verifier: string;
  readonly returnTo: string;
}

/** Why somebody who is signed in may not use the console. */
export class NotAllowed extends Error {}

/** Leaves for the authorization server; `maxAge` in seconds asks for a sign-in that is not older. */
export async function signIn(options: { maxAge?: number; acr?: string } = {}): Promise<never> {
  const server = await authorizationServer();
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const returnTo = location.href.startsWith(consoleUrl.href) ? location.href : consoleUrl.href;
  sessionStorage.setItem(PENDING, JSON.stringify({ state, verifier, returnTo } satisfies Pending));
  const url = new URL(server.authorization_endpoint!);
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: consoleUrl.href,
    response_type: 'code',
    resource: adminResource,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(options.maxAge !== undefined && { max_age: String(options.maxAge) }),
    ...(options.acr !== undefined && { acr_values: options.acr }),
  }).toString();
  location.assign(url);
  return new Promise<never>(() => undefined);
}

/** Takes the answer of the authorization server from the address, or leaves for it. */
export async function begin(): Promise<Tokens> {
  const here = new URL(location.href);
  const pending = takePending();
  if (!here.searchParams.has('state') || !pending) return signIn();
  const { returnTo } = pending;
  history.replaceState(undefined, '', returnTo);
  return exchange(here, pending);
}

function takePending(): Pending | undefined {
  const text = sessionStorage.getItem(PENDING);
  sessionStorage.removeItem(PENDING);
  return text === null ? undefined : (JSON.parse(text) as Pending);
}

async function exchange(here: URL, { state, verifier }: Pending): Promise<Tokens> {
  const server = await authorizationServer();
  const parameters = answerIn(server, here, state);
  // The key cannot be read by any script, and is gone with the page.
  const keys = await oauth.generateKeyPair('ES256', { extractable: false });
  const DPoP = oauth.DPoP(client, keys);
  const response = await withNonce(async () => {
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      clientAuth,
      parameters,
      consoleUrl.href,
      verifier,
      { DPoP, ...insecure },
    );
    return oauth.processAuthorizationCodeResponse(server, client, answer);
  });
  const tokens = new Tokens(server, DPoP, response);
  if (!tokens.scopes.some((scope) => scope.startsWith('admin:'))) throw new NotAllowed();
  return tokens;
}

/** @throws NotAllowed when the person may grant nothing of the administration */
function answerIn(server: oauth.AuthorizationServer, here: URL, state: string): URLSearchParams {
  try {
    return oauth.validateAuthResponse(server, client, here, state);
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError)
      throw new NotAllowed(error.error_description ?? error.error);
    throw error;
  }
}
