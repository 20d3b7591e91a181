import { localUrl } from './local-url.js';

/** What a sign-in is to be like, as the address of the page had it; whoever is signed in elsewhere takes it along. */
export interface WayWishes {
  readonly returnTo?: string;
  readonly loginHint?: string;
  /** Seconds, in digits. */
  readonly maxAge?: string;
  readonly choose?: 'account';
}

/** Reads them from a query or a form; what cannot be meant is left out. */
export function wishesOf({
  return_to,
  max_age,
  choose,
}: {
  return_to?: unknown;
  max_age?: unknown;
  choose?: unknown;
}): Omit<WayWishes, 'loginHint'> {
  const returnTo = localUrl(return_to);
  return {
    ...(returnTo !== undefined && { returnTo }),
    ...(typeof max_age === 'string' && /^\d{1,9}$/.test(max_age) && { maxAge: max_age }),
    ...(choose === 'account' && { choose }),
  };
}

/** Where a way in through others begins; a local path without the base path. */
export function wayHref(id: string, { returnTo, loginHint, maxAge, choose }: WayWishes): string {
  const query = Object.entries({ return_to: returnTo, login_hint: loginHint, max_age: maxAge, choose })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value!)}`);
  return `/sso/${id}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}
