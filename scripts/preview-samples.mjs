// One view per state a page can be in.
const csrf = 'sample';
const ago = (hours) => new Date(Date.now() - hours * 3_600_000);

const login = {
  page: 'login',
  csrf,
  hidden: {},
  byAddress: false,
  localAccounts: true,
  providers: [],
  returnTo: '/oauth2/authorize?client_id=sample',
};
const providers = [
  { id: 'corporate', label: 'Example SSO', href: '/sso/corporate' },
  { id: 'github', label: 'GitHub', href: '/sso/github' },
];

const tool = (name, title, destructive = false) => ({ name, title, destructive });
const scope = (name, sentence, tools = [], marks = {}) => ({
  scope: name,
  sentence,
  destructive: false,
  isNew: false,
  tools,
  ...marks,
});
const read = {
  kind: 'read',
  scopes: [
    scope('notes:read', 'Read your notes and search in them.', [
      tool('notes_list', 'List notes'),
      tool('notes_search', 'Search notes'),
      tool('notes_get', 'Open a note'),
    ]),
  ],
};
const change = {
  kind: 'change',
  scopes: [
    scope(
      'notes:write',
      'Write, change and delete your notes.',
      [tool('notes_create', 'Write a note'), tool('notes_delete', 'Delete a note', true)],
      { destructive: true },
    ),
  ],
};
const identity = {
  kind: 'account',
  scopes: [
    scope('email', 'See your name and email address.'),
    scope('offline_access', 'Keep its access while you are away.'),
  ],
};

/** With what may be left out, and what an admin allowed beforehand. */
const narrowable = [
  { ...read, scopes: [{ ...read.scopes[0], preapproved: true }] },
  { ...change, scopes: [{ ...change.scopes[0], optional: true, isNew: true }] },
  { ...identity, scopes: [{ ...identity.scopes[0], optional: true }, identity.scopes[1]] },
];

const consent = {
  page: 'consent',
  client: {
    name: 'Claude',
    clientId: 'https://claude.ai/oauth/client-metadata.json',
    verifiedHost: 'claude.ai',
    firstSeen: ago(24 * 90),
    approved: true,
  },
  account: { name: 'Ada Lovelace', email: 'ada@example.com' },
  switchAccountHref: '/login?switch=1',
  resourceName: 'Example Notes',
  groups: [read, change, identity],
  redirectHost: 'claude.ai',
  onThisComputer: false,
  remembered: false,
  accessEndsAfterDays: 30,
  hidden: { request: 'sample' },
  csrf,
};
const local = {
  ...consent,
  client: { name: 'Claude Code', clientId: 'dyn_8f2b41c09d7e', approved: false },
  redirectHost: '127.0.0.1:53682',
  onThisComputer: true,
};

const device = { page: 'device', account: consent.account, switchAccountHref: '/login', csrf };
const deviceConfirm = {
  page: 'device-confirm',
  userCode: 'WDJB-MJHT',
  client: {
    name: 'Build server',
    clientId: 'gh_c_8f2b41c09d7e',
    authenticated: false,
    firstSeen: ago(300),
    approved: true,
  },
  startedAt: ago(0.03),
  startedFrom: '203.0.113.7',
  account: consent.account,
  switchAccountHref: '/login',
  resourceName: 'Example Notes',
  groups: [read, change, identity],
  accessEndsAfterDays: 30,
  hidden: { user_code: 'WDJBMJHT' },
  csrf,
};

const app = {
  grantIds: ['1', '2'],
  clientName: 'Claude',
  verifiedHost: 'claude.ai',
  scopes: [
    { scope: 'notes:read', sentence: 'Read your notes and search in them.', destructive: false },
    { scope: 'notes:write', sentence: 'Write, change and delete your notes.', destructive: true },
  ],
  since: ago(24 * 40),
  lastUsed: { at: ago(2), ip: '203.0.113.7', tool: 'notes_search' },
  clientRef: 'sample',
};
const account = {
  page: 'account',
  person: { name: 'Ada Lovelace', email: 'ada@example.com' },
  apps: [
    app,
    {
      ...local.client,
      ...app,
      clientName: 'Claude Code',
      verifiedHost: undefined,
      grantIds: ['3'],
      scopes: app.scopes.slice(0, 1),
      lastUsed: undefined,
      since: ago(1),
    },
  ],
  sessions: [
    {
      id: '1',
      current: true,
      createdAt: ago(5),
      lastSeenAt: ago(0),
      ip: '203.0.113.7',
      browser: 'Firefox on Linux',
    },
    {
      id: '2',
      current: false,
      createdAt: ago(60),
      lastSeenAt: ago(30),
      ip: '2001:db8::17',
      browser: 'Safari on iPhone',
    },
  ],
  signIns: {
    identities: [
      {
        id: '1',
        provider: 'Example SSO',
        email: 'ada@example.com',
        createdAt: ago(9_000),
        lastLoginAt: ago(5),
      },
      { id: '2', provider: 'GitHub', createdAt: ago(600) },
    ],
    connectable: [{ provider: 'GitLab', href: '/sso/gitlab/link?proof=sample' }],
    mayChange: true,
    securityHref: '/account/security',
  },
  activity: [
    { clientName: 'Claude', tool: 'notes_search', count: 14, at: ago(2), refused: false },
    { clientName: 'Claude Code', tool: 'notes_delete', count: 1, at: ago(3), refused: true },
  ],
  csrf,
};

const apiKeys = {
  page: 'api-keys',
  keys: [
    {
      id: '1',
      name: 'Nightly backup',
      scopes: app.scopes,
      createdAt: ago(24 * 12),
      expiresAt: ago(-24 * 78),
      lastUsed: { at: ago(3), ip: '203.0.113.7' },
    },
    {
      id: '2',
      name: 'Laptop script',
      scopes: app.scopes.slice(0, 1),
      createdAt: ago(1),
      expiresAt: ago(-24),
    },
  ],
  offer: { scopes: app.scopes, days: 90, maxDays: 365 },
  recent: true,
  confirmHref: '/login',
  csrf,
};

const longName = 'Überaus ausführlich benannter Assistent '.repeat(40);

export const samples = {
  'login-plain': login,
  'login-error': { ...login, email: 'ada@example.com', problem: 'bad_credentials', appName: 'Claude Code' },
  'login-providers': { ...login, providers, appName: 'Claude' },
  'login-sso-only': { ...login, localAccounts: false, providers, problem: 'session_expired' },
  'login-by-address': { ...login, providers, byAddress: true, appName: 'Claude' },
  'login-address-only': {
    ...login,
    providers,
    byAddress: true,
    localAccounts: false,
    email: 'ada@example.org',
    problem: 'unknown_domain',
  },
  'login-not-fresh': { ...login, providers, appName: 'Claude', problem: 'sso_not_fresh' },
  continue: { page: 'continue', label: 'Example SSO', href: '/sso/corporate' },
  'login-choose': {
    ...login,
    appName: 'Claude',
    present: { name: 'Ada Lovelace', email: 'ada@example.com', href: '/oauth2/authorize?client_id=sample' },
  },
  'login-other': { ...login, appName: 'Claude', problem: 'other_account' },
  'consent-first': consent,
  'consent-local': local,
  'consent-remembered': { ...consent, remembered: true },
  'consent-more': {
    ...consent,
    remembered: true,
    groups: [
      read,
      { kind: 'change', scopes: [{ ...change.scopes[0], isNew: true }] },
      { kind: 'account', scopes: [scope('profile', 'See your picture.', [], { optional: true })] },
    ],
  },
  'consent-changed': { ...consent, changed: true },
  'consent-narrowed': { ...consent, groups: narrowable, nothingLeft: true },
  'consent-claimed': { ...local, client: { ...local.client, claimedHost: 'claude.ai' } },
  'consent-long': {
    ...local,
    client: { ...local.client, name: longName, clientId: `https://${'sub.'.repeat(60)}example.com/client` },
    account: { name: longName, email: `${'a'.repeat(200)}@example.com` },
    resourceName: longName,
    redirectHost: `${'login.microsoft.com.'.repeat(10)}evil.example`,
  },
  device,
  'device-wrong': { ...device, problem: 'unknown_code' },
  'device-nothing': { ...device, userCode: 'WDJB-MJHT', problem: 'nothing_to_grant' },
  'device-confirm': deviceConfirm,
  'device-elsewhere': {
    ...deviceConfirm,
    client: { ...deviceConfirm.client, approved: false, firstSeen: undefined, claimedHost: 'claude.ai' },
    yourAddress: '198.51.100.2',
  },
  'device-allowed': { page: 'device-done', clientName: 'Build server', allowed: true },
  'device-denied': { page: 'device-done', clientName: 'Build server', allowed: false },
  'account-stale': {
    ...account,
    problem: 'not_fresh',
    signIns: { ...account.signIns, mayChange: false },
  },
  'account-empty': {
    ...account,
    signIns: { identities: [], connectable: [], mayChange: true },
    apps: [],
    sessions: account.sessions.slice(0, 1),
    activity: [],
  },
  'account-full': account,
  'account-notice': { ...account, apps: [], notice: { kind: 'app_ended', subject: 'Claude Code' } },
  'api-keys': apiKeys,
  'api-keys-refused': { ...apiKeys, keys: [], problem: 'no_scope' },
  'api-keys-stale': { ...apiKeys, recent: false, notice: 'revoked' },
  'api-key-made': { page: 'api-key-made', name: 'Nightly backup', key: `gh_key_${'A'.repeat(43)}0a1b2c3d` },
  logout: { page: 'logout', csrf, hidden: {}, email: 'ada@example.com' },
  'signed-out': {
    page: 'signed-out',
    continueHref: 'https://app.example.com/bye',
    continueHost: 'app.example.com',
  },
  'form-post': {
    page: 'form-post',
    host: 'app.example.com',
    action: 'https://app.example.com/callback',
    fields: { code: 'sample' },
  },
  'refused-request': {
    page: 'refused-request',
    host: 'app.example.com',
    problem: { code: 'invalid_scope', description: 'A scope is unknown' },
    back: { href: 'https://app.example.com/callback?error=invalid_scope' },
    decisionId: '01JB5Q8Z3MGX7W2T',
  },
  error: {
    page: 'error',
    kind: 'wrong_redirect',
    decisionId: '01JB5Q8Z3MGX7W2T',
  },
  home: { page: 'home', mcpUrl: 'https://mcp.example.com/mcp', adminDocsHref: '/admin/docs' },
  'home-signed-in': {
    page: 'home',
    mcpUrl: 'https://mcp.example.com/mcp',
    adminDocsHref: '/admin/docs',
    signedInAs: 'ada@example.com',
  },
};
