import type { PageKind } from './page-kind.js';

/** Where a person types the code that a device shows. Posts `user_code` and `csrf` to `/device`. */
export interface DeviceView {
  page: 'device';
  /** From the address; it still has to be sent by the person. */
  userCode?: string;
  problem?: 'unknown_code' | 'nothing_to_grant';
  account: { name?: string; email: string };
  /** Local path without the base path. */
  switchAccountHref: string;
  csrf: string;
}

export const devicePage: PageKind<DeviceView> = {
  page: 'device',
  width: 'narrow',
  severOpener: false,
  heading: (_view, t) => ({ text: t.device.heading }),
};
