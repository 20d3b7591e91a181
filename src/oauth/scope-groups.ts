import type { ConsentView } from '../pages/index.js';
import type { ScopeCatalogue } from './scope-catalogue.js';
import type { ScopeGroup } from './scopes.js';

const GROUPS: readonly ScopeGroup[] = ['read', 'change', 'account'];

type Groups = ConsentView['groups'];
/** What is the same on every page. */
type Shown = Pick<Groups[number]['scopes'][number], 'scope' | 'sentence' | 'destructive' | 'tools'>;

/** Scopes as a page shows them, in groups, with the tools that stand behind each; groups without any are left out. */
export function scopeGroups<T extends object>(
  catalogue: ScopeCatalogue,
  scopes: readonly string[],
  more: (scope: string) => T,
): { kind: ScopeGroup; scopes: (Shown & T)[] }[] {
  const entries = scopes.map((scope) => catalogue.get(scope)!);
  return GROUPS.map((kind) => ({
    kind,
    scopes: entries
      .filter(({ group }) => group === kind)
      .map(({ name, sentence, destructive }) => ({
        scope: name,
        sentence,
        destructive: destructive ?? false,
        tools: [...catalogue.toolsOf(name, scopes)],
        ...more(name),
      })),
  })).filter(({ scopes: shown }) => shown.length > 0);
}
