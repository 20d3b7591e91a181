import type { ScopeCatalogue } from '../scope-catalogue.js';
import { DEFAULT_SCOPES } from '../scopes.js';
import type { Question } from './interaction.js';

/** Without these an app is not connected at all. */
const BASIC: ReadonlySet<string> = new Set(['openid', 'offline_access', ...DEFAULT_SCOPES]);

/** What the person may leave out of a yes. A scope that another one includes goes or stays with that one. */
export function optionalScopes({ scopes, preapproved }: Question, catalogue: ScopeCatalogue): string[] {
  if (scopes.length === 1) return [];
  const included = scopes.flatMap((scope) => catalogue.get(scope)?.includes ?? []);
  return scopes.filter(
    (scope) => !BASIC.has(scope) && !preapproved.includes(scope) && !included.includes(scope),
  );
}

/**
 * What is granted when these are left out. A form can only take away: what it names beyond that is not looked at.
 * Empty when nothing would be left that an app could use.
 */
export function narrowed(
  question: Question,
  leftOut: readonly string[],
  catalogue: ScopeCatalogue,
): string[] {
  const optional = optionalScopes(question, catalogue);
  const kept = question.scopes.filter((scope) => !(optional.includes(scope) && leftOut.includes(scope)));
  return kept.some((scope) => scope !== 'offline_access') ? kept : [];
}
