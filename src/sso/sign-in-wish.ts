import type { SignInWish } from './sso-flow.js';

const MAX_HINT = 320;
const MAX_AGE = /^\d{1,9}$/;
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const HINT = /^[^\u0000-\u001f\u007f]+$/;

/** Reads what a sign-in has to be from the address that leads there; what cannot be meant is left out. */
export function wishOf({ login_hint, max_age, choose }: Readonly<Record<string, unknown>>): SignInWish {
  return {
    ...(isHint(login_hint) && { loginHint: login_hint }),
    ...(typeof max_age === 'string' && MAX_AGE.test(max_age) && { maxAge: Number(max_age) }),
    ...(choose === 'account' && { choose: true }),
  };
}

const isHint = (hint: unknown): hint is string =>
  typeof hint === 'string' && hint.length <= MAX_HINT && HINT.test(hint) && hint.isWellFormed();
