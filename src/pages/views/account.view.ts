import type { PageKind } from './page-kind.js';

export interface ConnectedApp {
  /** One per installation that was let in; ending access ends them all. */
  grantIds: string[];
  clientName: string;
  verifiedHost?: string;
  scopes: { scope: string; sentence: string; destructive: boolean }[];
  since: Date;
  lastUsed?: { at: Date; ip?: string; tool?: string };
  /** Comes back as `client_id`. */
  clientRef: string;
}

/** How often an app used a tool, or was refused it. */
export interface AppActivity {
  clientName: string;
  tool: string;
  count: number;
  /** The latest time. */
  at: Date;
  refused: boolean;
}

export interface BrowserSession {
  id: string;
  current: boolean;
  createdAt: Date;
  lastSeenAt: Date;
  ip?: string;
  /** Words such as "Firefox on Linux". */
  browser?: string;
}

/**
 * What a person allowed and where they are signed in. Posts `csrf` with `client_id` to `/account/apps/end`,
 * with `session_id` to `/account/sessions/end`, and alone to `/account/end-all` and `/oauth2/logout`.
 */
export interface AccountView {
  page: 'account';
  person: { name?: string; email: string };
  apps: ConnectedApp[];
  sessions: BrowserSession[];
  activity: AppActivity[];
  csrf: string;
  /** What has just been done. */
  notice?: { kind: 'app_ended' | 'session_ended' | 'all_ended'; subject?: string };
}

export const accountPage: PageKind<AccountView> = {
  page: 'account',
  width: 'medium',
  severOpener: true,
  heading: (_view, t) => ({ text: t.account.heading }),
};
