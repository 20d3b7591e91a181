import { randomNonce, type ServerMetadata } from 'openid-client';
import type { OidcProviderSection } from '../../config/index.js';
import type { SsoFlow } from '../sso-flow.js';

/** What an authorization request says beside what every one says (OpenID Connect Core §3.1.2.1). */
export function oidcRequest(
  section: OidcProviderSection,
  metadata: ServerMetadata,
  { state, loginHint, maxAge, choose }: SsoFlow,
): Record<string, string> {
  const { authorizationParameters, hostedDomain, prompt } = section;
  const prompts = [...(maxAge === 0 ? ['login'] : []), ...(choose ? ['select_account'] : [])];
  const wanted = prompts.length > 0 ? supported(prompts, metadata) : [...(prompt ? [prompt] : [])];
  return {
    ...authorizationParameters,
    ...(hostedDomain !== undefined && { hd: hostedDomain }),
    ...(wanted.length > 0 && { prompt: wanted.join(' ') }),
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
    ...(loginHint !== undefined && { login_hint: loginHint }),
    // RFC 9700 §2.1: state ties the answer to this browser, nonce ties the ID token to this request.
    state,
    nonce: randomNonce(),
  };
}

/** Of the prompts, those that the provider knows, where it says which it knows: another one could be an error there. */
function supported(prompts: readonly string[], { prompt_values_supported: known }: ServerMetadata): string[] {
  return prompts.filter((prompt) => !Array.isArray(known) || known.includes(prompt));
}
