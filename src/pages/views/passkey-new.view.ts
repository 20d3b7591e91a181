import type { PageKind } from './page-kind.js';
import type { PasskeyFormView } from './passkey-form.js';

/** Adds a passkey. Posts what it answered with `name`, `csrf` and `return_to` to `action`. */
export interface PasskeyNewView {
  page: 'passkey-new';
  /** Local paths without the base path. */
  action: string;
  backHref: string;
  passkey: PasskeyFormView;
  /** What it will be called unless the person says otherwise. */
  name?: string;
  returnTo?: string;
  problem?: 'passkey_failed';
  csrf: string;
}

export const passkeyNewPage: PageKind<PasskeyNewView> = {
  page: 'passkey-new',
  width: 'narrow',
  severOpener: false,
  usesPasskeys: () => true,
  heading: (_view, t) => ({ text: t.passkeys.headingNew }),
};
