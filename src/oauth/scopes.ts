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

const account = (name: string, sentence: string): ScopeEntry => ({
  name,
  sentence,
  group: 'account',
  resource: 'any',
  includes: [],
});

/** An area of administration and its `:read` half, which it includes. */
function administration(area: string, change: string, read: string): ScopeEntry[] {
  const name = `admin:${area}`;
  return [
    {
      name,
      sentence: change,
      group: 'change',
      resource: 'admin',
      includes: [`${name}:read`],
      destructive: true,
    },
    { name: `${name}:read`, sentence: read, group: 'read', resource: 'admin', includes: [] },
  ];
}

export const BUILT_IN_SCOPES: readonly ScopeEntry[] = [
  account('openid', 'Know that it is you'),
  account('profile', 'See your name'),
  account('email', 'See your email address'),
  account('offline_access', 'Stay connected while you are away'),
  {
    name: 'mcp:tools:read',
    sentence: 'Read your notes and look things up for you',
    group: 'read',
    resource: 'mcp',
    includes: [],
  },
  {
    name: 'mcp:tools:execute',
    sentence: 'Add, change and delete things for you',
    group: 'change',
    resource: 'mcp',
    includes: ['mcp:tools:read'],
    destructive: true,
  },
  ...administration(
    'clients',
    'Approve, change and suspend apps for everyone',
    'See which apps are registered',
  ),
  ...administration('users', 'Change and disable people’s accounts', 'See people’s accounts'),
  ...administration('grants', 'End anyone’s access and sessions', 'See what everyone allowed'),
  ...administration('keys', 'Rotate and revoke signing keys', 'See signing keys'),
  ...administration('audit', 'Search, export and stream the audit trail', 'Search the audit trail'),
  ...administration('settings', 'Change the settings of this server', 'See the settings of this server'),
  {
    name: 'admin:audit:unseal',
    sentence: 'Open sealed contents in the audit trail',
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
