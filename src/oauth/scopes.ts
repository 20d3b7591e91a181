import { builtInSentence, type BuiltInScope } from '../pages/index.js';

/** What the consent page groups by. */
export type ScopeGroup = 'read' | 'change' | 'account';

export interface ScopeEntry {
  readonly name: string;
  /** One sentence without a subject, as the consent page says it. */
  readonly sentence: string;
  readonly group: ScopeGroup;
  /** Where it means something; `any` is about the person, not about a resource. */
  readonly resource: 'mcp' | 'admin' | 'any';
  readonly includes: readonly string[];
  readonly destructive?: boolean;
}

export interface ScopeTool {
  readonly name: string;
  readonly title: string;
  readonly destructive: boolean;
}

const account = (name: BuiltInScope): ScopeEntry => ({
  name,
  sentence: builtInSentence(name),
  group: 'account',
  resource: 'any',
  includes: [],
});

type Area = 'clients' | 'users' | 'grants' | 'keys' | 'audit' | 'settings';

/** An area of administration and its `:read` half, which it includes. */
function administration(area: Area): ScopeEntry[] {
  const name = `admin:${area}` as const;
  const read = `${name}:read` as const;
  return [
    {
      name,
      sentence: builtInSentence(name),
      group: 'change',
      resource: 'admin',
      includes: [read],
      destructive: true,
    },
    { name: read, sentence: builtInSentence(read), group: 'read', resource: 'admin', includes: [] },
  ];
}

export const BUILT_IN_SCOPES: readonly ScopeEntry[] = [
  account('openid'),
  account('profile'),
  account('email'),
  account('offline_access'),
  {
    name: 'mcp:tools:read',
    sentence: builtInSentence('mcp:tools:read'),
    group: 'read',
    resource: 'mcp',
    includes: [],
  },
  {
    name: 'mcp:tools:execute',
    sentence: builtInSentence('mcp:tools:execute'),
    group: 'change',
    resource: 'mcp',
    includes: ['mcp:tools:read'],
    destructive: true,
  },
  ...administration('clients'),
  ...administration('users'),
  ...administration('grants'),
  ...administration('keys'),
  ...administration('audit'),
  ...administration('settings'),
  {
    name: 'admin:audit:unseal',
    sentence: builtInSentence('admin:audit:unseal'),
    group: 'read',
    resource: 'admin',
    includes: [],
  },
];

/** What is granted when a client asks for nothing in particular. */
export const DEFAULT_SCOPES: readonly string[] = ['mcp:tools:read'];

/** Scopes by which somebody administers this server. */
export const isAdminScope = (scope: string): boolean => scope.startsWith('admin:');

type Role = 'admin' | 'operator' | 'auditor';

const BY_ROLE: Readonly<Record<Role, (scope: string) => boolean>> = {
  admin: () => true,
  operator: (scope) => /^admin:(?:grants|clients)(?::read)?$/.test(scope),
  auditor: (scope) => scope === 'admin:audit' || scope.endsWith(':read'),
};

/** Whether a person with these roles may be granted a scope; only the `admin:` ones depend on roles. */
export function rolesAllow(roles: readonly Role[], scope: string): boolean {
  return !isAdminScope(scope) || roles.some((role) => BY_ROLE[role](scope));
}
