import type { GrantQuery } from '../src/oauth/grants/grant-statements.js';

export function generateGrants(count: number): string;
export function grantSearches(
  count: number,
): Readonly<Record<string, (n: number) => Omit<GrantQuery, 'limit'>>>;
