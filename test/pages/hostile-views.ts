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
      localAccounts: true,
      csrf: text,
      appName: text,
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
      ],
      redirectHost: text,
      onThisComputer: true,
      remembered: true,
      accessEndsAfterDays: 30,
      hidden: { [text]: text },
      csrf: text,
    },
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
      activity: [{ clientName: text, tool: text, count: 3, at, refused: true }],
      csrf: text,
      notice: { kind: 'app_ended', subject: text },
    },
    { page: 'logout', csrf: text, hidden: { [text]: text }, email: text },
    { page: 'signed-out', continueHref: `https://help.example.com/?next=${text}`, continueHost: text },
    { page: 'error', kind: 'unexpected', decisionId: text },
    { page: 'home', mcpUrl: text, signedInAs: text, adminDocsHref: `data:text/html,${text}` },
  ];
}
