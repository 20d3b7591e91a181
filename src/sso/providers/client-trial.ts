import { randomBytes } from 'node:crypto';
import {
  genericGrantRequest,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
  type Configuration,
} from 'openid-client';
import { told } from './oidc-failure.js';
import { wordsFor, type Trial } from './trial.js';
import { oidcFailure } from './oidc-failure.js';
import { SsoFailure } from '../sso-failure.js';

const STEP = 'client_authentication';
/** RFC 6749 §5.2, and what GitHub calls the same: the client was accepted, the code was not. */
const CODE_REFUSED = ['invalid_grant', 'bad_verification_code'];
const CLIENT_REFUSED = ['invalid_client', 'unauthorized_client', 'incorrect_client_credentials'];

/** Presents the client's credentials with a code that was never given out: what is refused tells whether they are good. */
export async function tryClient(trial: Trial, client: Configuration, redirectUri: string): Promise<void> {
  const made = () => randomBytes(32).toString('base64url');
  const request = { code: made(), redirect_uri: redirectUri, code_verifier: made() };
  try {
    await genericGrantRequest(client, 'authorization_code', request);
    trial.add(STEP, false, 'The provider gave tokens for a code that it never gave out');
  } catch (error) {
    const refused = refusalOf(error);
    if (refused === undefined) return failed(trial, error);
    if (CODE_REFUSED.includes(refused))
      trial.add(STEP, true, 'The provider takes the client id and its secret');
    else if (CLIENT_REFUSED.includes(refused))
      trial.add(STEP, false, 'The provider refuses the client id or its secret');
    else
      trial.add(
        STEP,
        null,
        `The provider answered ${refused}, which does not tell whether the secret is good`,
      );
  }
}

/** A short word of the protocol, or `undefined` when nothing was refused. */
function refusalOf(error: unknown): string | undefined {
  // RFC 6749 §5.2: 401 with a challenge is what a client gets that failed to authenticate.
  if (error instanceof WWWAuthenticateChallengeError) return 'invalid_client';
  if (!(error instanceof ResponseBodyError)) return undefined;
  return told(error.error)['error'] ?? 'an unknown error';
}

function failed(trial: Trial, error: unknown): void {
  const failure = oidcFailure(error);
  if (!(failure instanceof SsoFailure)) throw failure;
  trial.add(STEP, false, `The token endpoint: ${wordsFor(failure.code)}`);
}
