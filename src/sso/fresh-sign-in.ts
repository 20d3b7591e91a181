import type { AnyProviderSection } from '../config/index.js';
import type { Assertion } from './providers/provider.js';
import { SignInRejected } from './sso-failure.js';
import type { SsoFlow } from './sso-flow.js';

/** The provider's clock may be behind by so much. */
const LEEWAY_MS = 30_000;

/**
 * When the person proved who they are (OpenID Connect Core §3.1.2.1, `max_age`). A provider that was asked for a
 * sign-in of a certain age has to say how old it is, unless the installer takes its word for that.
 * @throws SignInRejected
 */
export function timeOfSignIn(
  { since, maxAge }: SsoFlow,
  { authTime }: Assertion,
  { freshSignIn }: AnyProviderSection,
  now = new Date(),
): Date {
  if (maxAge === undefined) return earlier(authTime ?? now, now);
  if (freshSignIn === 'assumed') return now;
  if (!authTime) throw new SignInRejected('sign_in_time_missing');
  if (authTime.getTime() < since - maxAge * 1_000 - LEEWAY_MS) throw new SignInRejected('sign_in_not_fresh');
  // It was done for this request, whatever the provider's clock says.
  const done = maxAge === 0 ? later(authTime, new Date(since)) : authTime;
  return earlier(done, now);
}

const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
const later = (a: Date, b: Date): Date => (a > b ? a : b);
