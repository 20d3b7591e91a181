import { enScopes } from './strings/en.scopes.js';
import type { Strings } from './strings/index.js';

export type BuiltInScope = keyof typeof enScopes;

/** In English, as the catalogue of scopes has it. */
export const builtInSentence = (scope: BuiltInScope): string => enScopes[scope];

/** A built-in scope in the reader's language. What an installation says itself, of any scope, stays as it is. */
export function scopeSentence(
  { scope, sentence }: { scope: string; sentence: string },
  { scopes }: Pick<Strings, 'scopes'>,
): string {
  return isBuiltIn(scope) && enScopes[scope] === sentence ? scopes[scope] : sentence;
}

const isBuiltIn = (scope: string): scope is BuiltInScope => Object.hasOwn(enScopes, scope);
