import type { PageKind } from './page-kind.js';
import type { PasskeyFormView } from './passkey-form.js';

/**
 * After a right password. Posts `code`, `csrf` and `return_to` to `/login/second`, or what a passkey answered to
 * `/login/second/passkey`.
 */
export interface SecondStepView {
  page: 'second-step';
  email: string;
  /** The person has an authenticator app. */
  code: boolean;
  /** They have recovery codes left. */
  recovery: boolean;
  passkey?: PasskeyFormView;
  returnTo?: string;
  appName?: string;
  problem?: 'wrong_code' | 'passkey_failed' | 'throttled';
  csrf: string;
}

export const secondStepPage: PageKind<SecondStepView> = {
  page: 'second-step',
  width: 'narrow',
  severOpener: false,
  usesPasskeys: (view) => view.passkey !== undefined,
  heading: (_view, t) => ({ text: t.secondStep.heading }),
};
