import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { SignInRejected, SsoFailure } from '../sso-failure.js';

/** Error codes of the protocols are short words; anything else is text of the other side and stays out of the trail. */
const PROTOCOL_CODE = /^[a-z_]{1,64}$/;

const MISSING_CLAIM = /^JWT "([a-z_]{1,20})" .*claim missing$/;

const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/signature verification failed/, 'id_token_signature_invalid'],
  [/"alg" header/, 'id_token_alg_unexpected'],
  [/"iss" \(issuer\)/, 'response_iss_mismatch'],
  [/"state"/, 'state_mismatch'],
];

const BY_CODE: Readonly<Record<string, string>> = {
  OAUTH_KEY_SELECTION_FAILED: 'id_token_key_unknown',
  OAUTH_UNSUPPORTED_OPERATION: 'id_token_alg_unsupported',
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: 'userinfo_sub_mismatch',
  OAUTH_RESPONSE_IS_NOT_CONFORM: 'response_status_unexpected',
  OAUTH_RESPONSE_IS_NOT_JSON: 'response_not_json',
  OAUTH_PARSE_ERROR: 'response_unreadable',
  OAUTH_INVALID_RESPONSE: 'response_invalid',
};

/** What an error of the protocol library means here; an error that is none of its own comes back as it is. */
export function oidcFailure(error: unknown): unknown {
  const ours = causes(error).find((cause) => cause instanceof SsoFailure);
  if (ours) return ours;
  if (error instanceof AuthorizationResponseError)
    return new SignInRejected('provider_refused', told(error.error));
  if (error instanceof ResponseBodyError)
    return new SignInRejected('token_request_refused', told(error.error));
  if (error instanceof WWWAuthenticateChallengeError) return new SignInRejected('request_challenged');
  if (error instanceof ClientError) return new SignInRejected(codeOf(error));
  return error;
}

export const told = (error: unknown): Record<string, string> =>
  typeof error === 'string' && PROTOCOL_CODE.test(error) ? { error } : {};

function codeOf(error: ClientError): string {
  const claim = claimOf(error);
  if (claim) {
    const outOfTime = error.code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED';
    return `id_token_${claim}_${outOfTime ? 'out_of_time' : 'mismatch'}`;
  }
  const messages = causes(error).map((cause) => (cause instanceof Error ? cause.message : ''));
  const missing = messages.map((message) => MISSING_CLAIM.exec(message)?.[1]).find(Boolean);
  if (missing) return `id_token_${missing}_missing`;
  if (causes(error).some((cause) => attributeOf(cause) === 'issuer')) return 'issuer_mismatch';
  const known = BY_MESSAGE.find(([pattern]) => messages.some((message) => pattern.test(message)));
  return known?.[1] ?? BY_CODE[error.code ?? ''] ?? 'protocol_error';
}

/** The claim that did not hold, as the library names it. */
function claimOf(error: ClientError): string | undefined {
  for (const cause of causes(error)) {
    if (typeof cause === 'object' && cause !== null && 'claim' in cause && typeof cause.claim === 'string') {
      return PROTOCOL_CODE.test(cause.claim) ? cause.claim : undefined;
    }
  }
  return undefined;
}

/** The member of an answer that did not hold. */
const attributeOf = (cause: unknown): unknown =>
  typeof cause === 'object' && cause !== null && 'attribute' in cause ? cause.attribute : undefined;

function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at = error; at !== undefined && chain.length < 6; at = at instanceof Error ? at.cause : undefined)
    chain.push(at);
  return chain;
}
