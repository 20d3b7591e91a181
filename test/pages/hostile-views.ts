import type { PageView } from '../../src/pages/index.js';

export const markup = '"><img src=x onerror=alert(1)>';
export const reversed = 'Safe \u202Egnp.exe\u2066\u200B';
export const endless = 'W'.repeat(10_000);

/** Every page with the same hostile text wherever a client, a person or a provider can put text. */
export function hostileViews(text: string): PageView[] {
  const at = new Date('2026-01-02T03:04:05Z');
  const tools = [{ name: text, title: text, destructive: true }];
  const scope = { scope: text, sentence: text, destructive: true, isNew: true, tools };
  return [
    {
      page: 'login',
      returnTo: `/oauth2/authorize?state=${text}`,
      email: text,
      problem: 'bad_credentials',
      providers: [{ id: text, label: text, href: `javascript:${text}` }],
      byAddress: true,
      localAccounts: true,
      hidden: { [text]: text },
      csrf: text,
      appName: text,
      present: { name: text, email: text, href: `javascript:${text}` },
    },
    {
      page: 'consent',
      client: { name: text, clientId: text, verifiedHost: text, firstSeen: at, approved: false },
      account: { name: text, email: text },
      switchAccountHref: `javascript:${text}`,
      resourceName: text,
      groups: [
        { kind: 'read', scopes: [scope] },
        { kind: 'account', scopes: [{ ...scope, optional: true, isNew: false }] },
        { kind: 'change', scopes: [{ ...scope, preapproved: true, isNew: false }] },
      ],
      redirectHost: text,
      onThisComputer: true,
      remembered: true,
      changed: true,
      nothingLeft: true,
      accessEndsAfterDays: 30,
      hidden: { [text]: text },
      csrf: text,
    },
    { page: 'continue', label: text, href: `javascript:${text}` },
    {
      page: 'account',
      person: { name: text, email: text },
      apps: [
        {
          grantIds: ['1', '2'],
          clientName: text,
          scopes: [{ scope: text, sentence: text, destructive: true }],
          since: at,
          lastUsed: { at, ip: text, tool: text },
          clientRef: text,
        },
      ],
      sessions: [{ id: text, current: false, createdAt: at, lastSeenAt: at, ip: text, browser: text }],
      signIns: {
        identities: [{ id: text, provider: text, email: text, createdAt: at, lastLoginAt: at }],
        connectable: [{ provider: text, href: `javascript:${text}` }],
        mayChange: true,
      },
      activity: [{ clientName: text, tool: text, count: 3, at, refused: true }],
      csrf: text,
      notice: { kind: 'sign_in_disconnected', subject: text },
      problem: 'last_way_in',
    },
    ...signInViews(text),
    ...securityViews(text, at),
    { page: 'logout', csrf: text, hidden: { [text]: text }, email: text },
    { page: 'signed-out', continueHref: `https://help.example.com/?next=${text}`, continueHost: text },
    {
      page: 'refused-request',
      host: text,
      problem: { code: text, description: text },
      back: { href: `https://help.example.com/?next=${text}` },
      decisionId: text,
    },
    { page: 'error', kind: 'unexpected', decisionId: text },
    { page: 'home', mcpUrl: text, signedInAs: text, adminDocsHref: `data:text/html,${text}` },
  ];
}

/** The pages on the way in, beside the sign-in itself. */
function signInViews(text: string): PageView[] {
  const passkey = { options: JSON.stringify({ user: { name: text } }), ticket: text };
  return [
    {
      page: 'second-step',
      email: text,
      code: true,
      recovery: true,
      passkey,
      returnTo: `/oauth2/authorize?state=${text}`,
      appName: text,
      problem: 'wrong_code',
      csrf: text,
    },
    {
      page: 'sign-in-setup',
      authenticatorHref: `javascript:${text}`,
      passkeyHref: `/login/setup/passkey?return_to=${encodeURIComponent(text.toWellFormed())}`,
      appName: text,
      canSkip: true,
      returnTo: text,
      csrf: text,
    },
    {
      page: 'authenticator-new',
      action: '/login/setup/authenticator',
      backHref: `javascript:${text}`,
      qr: { size: 21, path: 'M0 0h7v1h-7z' },
      secret: text,
      ticket: text,
      returnTo: text,
      problem: 'wrong_code',
      csrf: text,
    },
    {
      page: 'passkey-new',
      action: '/account/security/passkeys',
      backHref: `javascript:${text}`,
      passkey,
      name: text,
      returnTo: text,
      problem: 'passkey_failed',
      csrf: text,
    },
    { page: 'recovery-codes', codes: [text, text], continueHref: `javascript:${text}` },
    { page: 'forgot-password', state: 'ask', email: text, problem: 'throttled', csrf: text },
    {
      page: 'link-password',
      purpose: 'invite',
      action: '/link/token',
      email: text,
      minLength: 12,
      passkey,
      problem: 'too_short',
      csrf: text,
    },
    { page: 'link-email', action: '/link/token', email: text, state: 'ask', csrf: text },
  ];
}

/** The pages on which a person changes how they sign in. */
function securityViews(text: string, at: Date): PageView[] {
  return [
    {
      page: 'account-security',
      person: { name: text, email: text },
      local: true,
      recent: true,
      confirmHref: `javascript:${text}`,
      canChangeEmail: true,
      password: true,
      passkeys: [
        { id: text, name: text, createdAt: at, lastUsedAt: at, synced: true },
        { id: text, name: text, createdAt: at, synced: false },
      ],
      authenticator: true,
      recoveryCodes: 3,
      csrf: text,
      notice: 'passkey_added',
    },
    {
      page: 'account-password',
      email: text,
      asksCurrent: true,
      minLength: 12,
      problem: 'wrong_password',
      csrf: text,
    },
    { page: 'account-email', email: text, problem: 'not_an_address', csrf: text },
    {
      page: 'api-keys',
      keys: [
        {
          id: text,
          name: text,
          scopes: [{ scope: text, sentence: text }],
          createdAt: at,
          expiresAt: at,
          lastUsed: { at, ip: text },
        },
      ],
      offer: { scopes: [{ scope: text, sentence: text, destructive: true }], days: 90, maxDays: 365 },
      recent: true,
      confirmHref: `javascript:${text}`,
      notice: 'revoked',
      problem: 'too_many',
      csrf: text,
    },
    { page: 'api-key-made', name: text, key: text },
  ];
}
