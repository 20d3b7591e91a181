import type { PageKind } from './page-kind.js';

/** Asks for a link to choose a new password. Posts `email` and `csrf` to `/login/forgot`. */
export interface ForgotPasswordView {
  page: 'forgot-password';
  /** `sent`: a letter is on its way, if there is somebody it can be for. `off`: no letters are sent here. */
  state: 'ask' | 'sent' | 'off';
  email?: string;
  problem?: 'throttled';
  csrf: string;
}

export const forgotPasswordPage: PageKind<ForgotPasswordView> = {
  page: 'forgot-password',
  width: 'narrow',
  severOpener: false,
  heading: (view, t) => ({ text: view.state === 'sent' ? t.forgot.headingSent : t.forgot.heading }),
};
