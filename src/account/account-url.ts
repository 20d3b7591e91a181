import type { AppConfig } from '../config/index.js';
import type { AccountNotice, AccountProblem } from '../pages/index.js';

/** The account page, to say what was done or was not; `what` it was done to. */
export function accountUrl(
  { basePath }: AppConfig,
  done?: AccountNotice | AccountProblem,
  what: { app?: string; provider?: string } = {},
): string {
  const query = new URLSearchParams({ ...(done && { done }), ...what }).toString();
  return `${basePath}/account${query && '?'}${query}`;
}
