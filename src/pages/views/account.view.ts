import type { Strings } from '../strings/index.js';
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

export type AccountNotice = keyof Strings['account']['notices'];
export type AccountProblem = keyof Strings['account']['problems'];

/** A service through which somebody signs in. */
export interface ConnectedSignIn {
  id: string;
  /** How people know it. */
  provider: string;
  email?: string;
  createdAt: Date;
  lastLoginAt?: Date;
}

/**
 * What a person allowed and where they are signed in. Posts `csrf` with `client_id` to `/account/apps/end`,
 * with `session_id` to `/account/sessions/end`, with `identity_id` to `/account/sign-ins/disconnect`, and alone to `/account/end-all` and `/oauth2/logout`.
 */
export interface AccountView {
  page: 'account';
  person: { name?: string; email: string };
  /** `href` connects another one; both ways need somebody who has just signed in (`mayChange`). */
  signIns: {
    identities: ConnectedSignIn[];
    connectable: { provider: string; href: string }[];
    mayChange: boolean;
    /** Where passwords, passkeys and the second step are, if there are any here. */
    securityHref?: string;
  };
  apps: ConnectedApp[];
  /** Where API keys are, if people may hold any here. */
  apiKeysHref?: string;
  sessions: BrowserSession[];
  activity: AppActivity[];
  csrf: string;
  /** What has just been done. */
  notice?: { kind: AccountNotice; subject?: string };
  /** What was not done. */
  problem?: AccountProblem;
}

export const accountPage: PageKind<AccountView> = {
  page: 'account',
  width: 'medium',
  severOpener: true,
  heading: (_view, t) => ({ text: t.account.heading }),
};
