import type { PageKind } from './page-kind.js';

/** Recovery codes, shown this once. */
export interface RecoveryCodesView {
  page: 'recovery-codes';
  codes: readonly string[];
  /** Local path without the base path. */
  continueHref: string;
}

export const recoveryCodesPage: PageKind<RecoveryCodesView> = {
  page: 'recovery-codes',
  width: 'narrow',
  severOpener: false,
  heading: (_view, t) => ({ text: t.recoveryCodes.heading }),
};
