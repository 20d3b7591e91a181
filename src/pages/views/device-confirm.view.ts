import { cleanText } from '../text.js';
import type { ConsentScope } from './consent.view.js';
import type { PageKind } from './page-kind.js';

/**
 * Consent for a device at another place. Posts `decision` = `approve` | `deny`, `csrf` and the hidden fields to
 * `/device/decision`.
 */
export interface DeviceConfirmView {
  page: 'device-confirm';
  /** What the device shows, to be compared. */
  userCode: string;
  client: {
    name: string;
    clientId: string;
    /** It proved with a secret or a key that it is this client. */
    authenticated: boolean;
    /** The host whose document describes a client that authenticated. */
    verifiedHost?: string;
    /** The same, where nothing proves that this is that client. */
    claimedHost?: string;
    firstSeen?: Date;
    /** Approved by the people who run this installation. */
    approved: boolean;
  };
  startedAt: Date;
  /** The network address that the device asked from. */
  startedFrom?: string;
  /** The person's own, where it is another one. */
  yourAddress?: string;
  account: { name?: string; email: string };
  /** Local path without the base path. */
  switchAccountHref: string;
  resourceName: string;
  groups: { kind: 'read' | 'change' | 'account'; scopes: ConsentScope[] }[];
  /** Access ends when it is not used for so many days; 0 where it ends by itself soon after it was given. */
  accessEndsAfterDays: number;
  hidden: Record<string, string>;
  csrf: string;
}

export const deviceConfirmPage: PageKind<DeviceConfirmView> = {
  page: 'device-confirm',
  width: 'medium',
  severOpener: false,
  heading: (view, t) => ({
    text: t.consent.heading,
    values: {
      app: cleanText(view.client.name, 40) || t.unnamedApp,
      resource: cleanText(view.resourceName, 40),
    },
  }),
};
