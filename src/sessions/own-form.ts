import type { Request } from 'express';

/**
 * Whether a form came from a page of ours. Browsers send `Origin: null` with one from a page whose referrer policy is
 * `no-referrer`; then Sec-Fetch-Site decides. Programs send neither.
 */
export function isOwnForm(req: Request, ours: string): boolean {
  const { origin, 'sec-fetch-site': site } = req.headers;
  if (site !== undefined && site !== 'same-origin') return false;
  return origin === undefined || origin === ours || (origin === 'null' && site === 'same-origin');
}
