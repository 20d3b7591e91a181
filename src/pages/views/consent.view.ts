import { cleanText } from '../text.js';
import type { PageKind } from './page-kind.js';

export interface ConsentScope {
  scope: string;
  /** As the catalogue has it; a built-in scope is shown in the reader's language. */
  sentence: string;
  destructive: boolean;
  /** Not among what was allowed before. */
  isNew: boolean;
  /** Left to the person: an empty tick box `leave_out` with the scope as its value. */
  optional?: boolean;
  /** Allowed by the people who run this installation, for everybody or for a group the person is in. */
  preapproved?: boolean;
  tools: { name: string; title: string; destructive: boolean }[];
}

/** Consent. Posts `decision` = `approve` | `deny`, `csrf` and the hidden fields to `/consent`. */
export interface ConsentView {
  page: 'consent';
  client: {
    name: string;
    clientId: string;
    /** The host this client proved to come from; absent for one that only registered itself. */
    verifiedHost?: string;
    /** The host whose document describes this client, where nothing proves that this is that client. */
    claimedHost?: string;
    /** Logos are not shown yet: a letter stands for the app. */
    logo?: undefined;
    firstSeen?: Date;
    /** Approved by the people who run this installation. */
    approved: boolean;
  };
  account: { name?: string; email: string };
  /** Local path without the base path. */
  switchAccountHref: string;
  resourceName: string;
  groups: { kind: 'read' | 'change' | 'account'; scopes: ConsentScope[] }[];
  redirectHost: string;
  /** The answer goes to a loopback address or a private-use scheme. */
  onThisComputer: boolean;
  /** Allowed before. Unless a scope is new, the page only asks whether the person started this. */
  remembered: boolean;
  /** Allowed before, but the client has become another one since. */
  changed?: boolean;
  /** Everything was left out that could be. */
  nothingLeft?: boolean;
  /** Access ends when it is not used for so many days; 0 where it ends by itself soon after it was given. */
  accessEndsAfterDays: number;
  hidden: Record<string, string>;
  csrf: string;
}

export function asksForMore(view: ConsentView): boolean {
  return view.groups.some((group) => group.scopes.some((scope) => scope.isNew));
}

export const consentPage: PageKind<ConsentView> = {
  page: 'consent',
  width: 'medium',
  severOpener: false,
  heading: (view, t) => ({
    text: view.remembered && !asksForMore(view) ? t.consent.headingAgain : t.consent.heading,
    values: {
      app: cleanText(view.client.name, 40) || t.unnamedApp,
      resource: cleanText(view.resourceName, 40),
    },
  }),
};
