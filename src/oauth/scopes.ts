import type { Role } from '../config/index.js';
import { builtInSentence, type BuiltInScope } from '../pages/index.js';

/** What the consent page groups by. */
export type ScopeGroup = 'read' | 'change' | 'account';

export interface ScopeEntry {
  readonly name: string;
  /** One sentence without a subject, as the consent page says it. */
  readonly sentence: string;
  readonly group: ScopeGroup;
  /** Where it means something; `any` is about the person, not about a resource. */
  readonly resource: 'mcp' | 'admin' | 'scim' | 'any';
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

/** Provisioning, which can make administrators: nobody but they may let a client have it. */
export const SCIM_SCOPE = 'scim';

export const BUILT_IN_SCOPES: readonly ScopeEntry[] = [
  account('openid'),
  account('profile'),
  account('email'),
  account('groups'),
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
  {
    name: SCIM_SCOPE,
    sentence: builtInSentence(SCIM_SCOPE),
    group: 'change',
    resource: 'scim',
    includes: [],
    destructive: true,
  },
];

/** What is granted when a client asks for nothing in particular. */
export const DEFAULT_SCOPES: readonly string[] = ['mcp:tools:read'];

/** Scopes by which somebody administers this server. */
export const isAdminScope = (scope: string): boolean => scope.startsWith('admin:') || scope === SCIM_SCOPE;

/** Scopes about the person; they mean the same at every resource. */
export const isAccountScope = (scope: string): boolean =>
  BUILT_IN_SCOPES.some(({ name, resource }) => name === scope && resource === 'any');

const BY_ROLE: Readonly<Record<Role, (scope: string) => boolean>> = {
  admin: () => true,
  operator: (scope) => /^admin:(?:grants|clients)(?::read)?$/.test(scope),
  auditor: (scope) => ['admin:audit', 'admin:audit:unseal'].includes(scope) || scope.endsWith(':read'),
};

/** Whether a person with these roles may be granted a scope; only those of administration depend on roles. */
export function rolesAllow(roles: readonly string[], scope: string): boolean {
  return !isAdminScope(scope) || roles.some((role) => BY_ROLE[role as Role]?.(scope) === true);
}
