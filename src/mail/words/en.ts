import type { LetterWords } from './letter-words.js';

const LINK_ONCE = 'The link works once, until {until}.';
const NOT_YOU =
  'If this was not you, choose a new password at {host}/login/forgot, and tell the person who runs {brand}.';

/** Every word of the letters. `{places}` are filled with names; the same ones stand in each language. */
export const enMail = {
  greeting: 'Hello {name},',
  greetingNoName: 'Hello,',
  details: 'When: {when}. From: {where}.',
  unknownPlace: 'an unknown place',
  footer: '{brand} at {host} sent this about your account. Answers to it are not read.',
  letters: {
    invitation: {
      subject: 'You are invited to {brand}',
      lines: ['There is an account for {email} at {brand}. Choose how you will sign in.', LINK_ONCE],
      button: 'Set up your account',
      otherwise: 'If you did not expect this, leave it: without the link nothing happens.',
    },
    reset: {
      subject: 'A new password for {brand}',
      lines: [
        'Somebody asked for a new password for {email} at {brand}.',
        `${LINK_ONCE} Using it signs you out everywhere, and apps lose their access.`,
      ],
      button: 'Choose a new password',
      otherwise: 'If it was not you, leave this: your password stays as it is.',
    },
    reset_elsewhere: {
      subject: 'Signing in to {brand}',
      lines: [
        'Somebody asked for a new password for {email} at {brand}. This account has none.',
        'You sign in with another service, or your invitation was never used. Go to {host}/login and choose the service, or ask the person who runs {brand} for an invitation.',
      ],
      otherwise: 'If it was not you, leave this: nothing has changed.',
    },
    verify_email: {
      subject: 'Confirm your address for {brand}',
      lines: [
        'You asked to use {email} for your account at {brand}.',
        `Open the link in a browser where you are signed in. ${LINK_ONCE}`,
      ],
      button: 'Confirm this address',
      otherwise: 'If it was not you, leave this: nothing changes without the link.',
    },
    email_changed: {
      subject: 'Your address at {brand} was changed',
      lines: ['Your account at {brand} now uses {item}. Nothing more is sent to this address.'],
      otherwise: 'If this was not you, tell the person who runs {brand} at once.',
    },
    password_changed: {
      subject: 'Your password at {brand} was changed',
      lines: ['Your password was changed, and every other browser was signed out.'],
      otherwise: NOT_YOU,
    },
    password_reset: {
      subject: 'You have a new password at {brand}',
      lines: [
        'Your password was replaced through a link that was sent to you. You were signed out everywhere, and apps lost their access.',
      ],
      otherwise: NOT_YOU,
    },
    passkey_added: {
      subject: 'A passkey was added at {brand}',
      lines: ['The passkey “{item}” can now sign in to your account.'],
      otherwise: `${NOT_YOU} Then remove the passkey under Account.`,
    },
    passkey_removed: {
      subject: 'A passkey was removed at {brand}',
      lines: ['The passkey “{item}” can no longer sign in to your account.'],
      otherwise: NOT_YOU,
    },
    passkey_refused: {
      subject: 'A passkey was refused at {brand}',
      lines: [
        'The passkey “{item}” was refused, because what it said looks like the work of a copy of it. Remove it under Account and add a new one.',
      ],
      otherwise: NOT_YOU,
    },
    authenticator_added: {
      subject: 'Sign-in at {brand} now asks for a code',
      lines: ['An authenticator app was set up for your account.'],
      otherwise: NOT_YOU,
    },
    authenticator_removed: {
      subject: 'Sign-in at {brand} no longer asks for a code',
      lines: ['The authenticator app was removed from your account.'],
      otherwise: NOT_YOU,
    },
    recovery_codes_created: {
      subject: 'New recovery codes at {brand}',
      lines: ['New recovery codes were made for your account. The ones before are no longer good.'],
      otherwise: NOT_YOU,
    },
    recovery_code_used: {
      subject: 'A recovery code was used at {brand}',
      lines: ['Somebody signed in to your account with a recovery code. Codes left: {item}.'],
      otherwise: NOT_YOU,
    },
    second_step_blocked: {
      subject: 'Somebody knows your password at {brand}',
      lines: [
        'Your password was entered rightly, and then wrong codes too many times. More codes are refused for a while.',
      ],
      otherwise: `${NOT_YOU} A new password lets you in at once.`,
    },
    factors_reset: {
      subject: 'Your second step at {brand} was reset',
      lines: [
        'An administrator removed the passkeys, the authenticator app and the recovery codes of your account, and signed you out everywhere.',
      ],
      otherwise: 'If you did not ask for that, tell the person who runs {brand}.',
    },
  } satisfies Record<string, LetterWords>,
};
