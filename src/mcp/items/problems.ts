import { UriTemplate } from '@modelcontextprotocol/server';
import type { Declared } from '../authoring/declared.js';
import type { FoundMethod } from './item.js';
import { policyProblems, type Known } from './policy-problems.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const NOUNS = {
  tool: 'tool',
  resource: 'resource',
  template: 'resource template',
  prompt: 'prompt',
  completion: 'completion',
} as const;

/** Everything that is wrong with the declarations, so that it can be put right at once. */
export function problemsOf(methods: readonly FoundMethod[], known: Known): string[] {
  const taken = methods.map(({ declared }) => declared && `${declared.kind} ${nameOf(declared)}`);
  return methods.flatMap((method, at) => {
    const { where, declared } = method;
    if (!declared)
      return [`${where} says who may call it but not what it is; add @Tool, @Resource or @Prompt`];
    const what = `${where}: the ${NOUNS[declared.kind]} "${nameOf(declared)}"`;
    const others =
      declared.kind === 'completion'
        ? [...completed(declared, methods), ...ownPolicy(method)]
        : policyProblems(method, known);
    return [
      ...namingProblems(declared),
      ...(taken.indexOf(taken[at]) < at ? ['has a name that is already taken'] : []),
      ...others,
      ...(method.invoke ? [] : ['belongs to a request-scoped provider; tools need a singleton']),
    ].map((problem) => `${what} ${problem}`);
  });
}

/** What no other declaration of the kind may have too. */
export function nameOf({ kind, options }: Declared): string {
  switch (kind) {
    case 'resource':
      return options.uri;
    case 'template':
      return options.uriTemplate;
    case 'completion':
      return `${'prompt' in options ? options.prompt : options.uriTemplate} ${options.argument}`;
    default:
      return options.name;
  }
}

function namingProblems({ kind, options }: Declared): string[] {
  if (kind === 'resource') return URL.canParse(options.uri) ? [] : ['needs a URI with a scheme'];
  if (kind === 'template') return templateProblems(options.uriTemplate, Object.keys(options.input.shape));
  if (kind === 'completion' || NAME.test(options.name)) return [];
  return ['needs a name of up to 64 letters, digits, "_", "-" and "."'];
}

function templateProblems(text: string, members: readonly string[]): string[] {
  try {
    const names = new UriTemplate(text).variableNames;
    const [extra] = members.filter((member) => !names.includes(member));
    if (names.length === 0) return ['has no variable; declare it with @Resource'];
    return extra === undefined ? [] : [`has no variable "${extra}", which its input names`];
  } catch (error) {
    return [`is no URI template: ${error instanceof Error ? error.message : 'unreadable'}`];
  }
}

/** What it says would be heeded by nobody. */
const ownPolicy = ({ policy: { anyScopes, roles, stepUps, quotas } }: FoundMethod): string[] =>
  [anyScopes, roles, stepUps, quotas].some((rules) => rules !== undefined)
    ? ['says who may call it; it has the rules of what it completes']
    : [];

function* completed(
  { options }: Extract<Declared, { kind: 'completion' }>,
  methods: readonly FoundMethod[],
): Generator<string> {
  const target = methods.find(({ declared }) =>
    'prompt' in options
      ? declared?.kind === 'prompt' && declared.options.name === options.prompt
      : declared?.kind === 'template' && declared.options.uriTemplate === options.uriTemplate,
  );
  const of = target?.declared;
  if (of?.kind !== 'prompt' && of?.kind !== 'template') yield 'completes nothing that there is';
  else if (!(options.argument in of.options.input.shape)) yield `completes no argument of "${nameOf(of)}"`;
}
