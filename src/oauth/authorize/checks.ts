import type { Client } from '../clients/client.entity.js';
import type { Params } from '../params.js';
import type { Prompt } from './authorization-request.js';
import { isChallenge } from './pkce.js';
import { refused } from './refusals.js';

const MAX_NONCE = 4_096;
/** `prompt_values_supported`. */
export const PROMPTS: readonly Prompt[] = ['none', 'login', 'consent', 'select_account'];

/** RFC 9101 is not supported; nothing is fetched. What was pushed here (RFC 9126) has been taken out by now. */
export function checkRequestObjects(params: Params): void {
  if (params.get('request') !== undefined)
    throw refused('request_not_supported', 'The request parameter is not supported');
  if (params.get('request_uri') !== undefined)
    throw refused(
      'request_uri_not_supported',
      'The only request_uri is one of the pushed authorization request endpoint',
    );
}

/** OAuth 2.1 §4.1.1: the only response type is `code`. `fragment` is for tokens, which never are in a URL here. */
export function checkResponse(params: Params, canPost: boolean): void {
  const type = params.get('response_type');
  if (type === undefined)
    throw refused('invalid_request', 'response_type is missing', 'missing_response_type');
  if (type !== 'code') throw refused('unsupported_response_type', 'The only response type is code');
  const mode = params.get('response_mode');
  if (mode !== undefined && mode !== 'query' && mode !== 'form_post')
    throw refused('invalid_request', 'response_mode must be query or form_post', 'unsupported_response_mode');
  if (mode === 'form_post' && !canPost)
    throw refused(
      'invalid_request',
      'form_post needs an http or https redirect URI',
      'form_post_to_a_scheme',
    );
}

export function checkClientMay(client: Client): void {
  if (!client.grantTypes.includes('authorization_code'))
    throw refused('unauthorized_client', 'The client is not registered for authorization_code');
}

/** OAuth 2.1 §4.1.1, §7.5.1: PKCE with S256 is required of every client; an absent method would mean plain. */
export function checkPkce(params: Params): string {
  const challenge = params.get('code_challenge');
  if (challenge === undefined)
    throw refused('invalid_request', 'code_challenge is missing: PKCE is required', 'missing_code_challenge');
  if (params.get('code_challenge_method') !== 'S256')
    throw refused('invalid_request', 'code_challenge_method must be S256', 'wrong_code_challenge_method');
  if (!isChallenge(challenge))
    throw refused('invalid_request', 'code_challenge is malformed', 'malformed_code_challenge');
  return challenge;
}

export function checkNonce(params: Params): string | undefined {
  const nonce = params.get('nonce');
  if (nonce !== undefined && nonce.length > MAX_NONCE)
    throw refused('invalid_request', 'nonce is too long', 'long_nonce');
  return nonce;
}

/** OpenID Connect Core §3.1.2.1: `none` stands alone. */
export function checkPrompt(params: Params): ReadonlySet<Prompt> {
  const values = (params.get('prompt') ?? '').split(' ').filter(Boolean);
  if (values.some((value) => !(PROMPTS as readonly string[]).includes(value)))
    throw refused('invalid_request', 'prompt is not supported', 'unknown_prompt');
  if (values.includes('none') && values.length > 1)
    throw refused('invalid_request', 'prompt=none stands alone', 'contradicting_prompts');
  return new Set(values as Prompt[]);
}

export function checkMaxAge(params: Params): number | undefined {
  const value = params.get('max_age');
  if (value === undefined) return undefined;
  if (!/^\d{1,9}$/.test(value)) throw refused('invalid_request', 'max_age is malformed', 'malformed_max_age');
  return Number(value);
}

/** RFC 9449 §10: the thumbprint of the only key that may redeem the code. */
export function checkDpopJkt(params: Params): string | undefined {
  const jkt = params.get('dpop_jkt');
  if (jkt !== undefined && !/^[A-Za-z0-9_-]{43}$/.test(jkt))
    throw refused('invalid_request', 'dpop_jkt is malformed', 'malformed_dpop_jkt');
  return jkt;
}
