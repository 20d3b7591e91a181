import { SignInRejected } from '../sso-failure.js';

/** How far the clocks of two servers may be apart. */
export const SKEW_MS = 60_000;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * SAML Core §1.3.3. A time without a zone could be anybody's.
 * @throws SignInRejected
 */
export function instant(text: string | undefined): number {
  const value = text !== undefined && INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(value)) throw new SignInRejected('time_malformed');
  return value;
}

export const isPast = (text: string | undefined): boolean => instant(text) + SKEW_MS <= Date.now();
export const isAhead = (text: string | undefined): boolean => instant(text) - SKEW_MS > Date.now();
