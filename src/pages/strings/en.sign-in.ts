/** The pages on the way in, beside the sign-in itself. */
export const enSignIn = {
  atLogin: {
    forgot: 'Forgot your password?',
    passwordReset: 'Your password is changed. Sign in with it.',
    asks: {
      mfa: '{app} asks for more than a password: a code after it, or a passkey.',
      passkey: '{app} asks for a passkey. Without one, sign in and add one under Account first.',
    },
  },

  secondStep: {
    heading: 'One more step',
    lead: 'Your password was right. Show that it is you, {email}.',
    forApp: '{app} asks for it.',
    code: 'Code from your app',
    codeOrRecovery: 'Code from your app, or a recovery code',
    submit: 'Continue',
    passkey: 'Use a passkey',
    onlyPasskey: 'Use your passkey to go on.',
    nothing: 'There is nothing to show here. Sign in again.',
    lost: 'If you have none of these, ask the person who runs this server to reset your second step.',
    restart: 'Start again',
    problems: {
      wrong_code: 'That code is not right, or it was used already. Wait for the next one and try again.',
      passkey_failed: 'That passkey did not let you in. Try again, or use a code.',
      throttled: 'Too many codes. Wait a few minutes, then try again.',
    },
  },

  setup: {
    heading: 'Set up a second step',
    policy: 'A password alone is not enough here. Choose what you will show beside it.',
    app: '{app} asks for more than a password. Choose what you will show beside it.',
    passkey: 'Use a passkey',
    passkeyWhat: 'Your fingerprint, your face or the lock of your device. Quick, and nobody can phish it.',
    authenticator: 'Use an authenticator app',
    authenticatorWhat: 'An app on your phone shows a code of six digits.',
    skip: 'Not now',
  },

  authenticator: {
    heading: 'Set up your authenticator app',
    scan: 'Scan this with the app.',
    qr: 'QR code for your authenticator app',
    type: 'Or type this key into it:',
    code: 'The code that the app shows now',
    submit: 'Confirm',
    back: 'Back',
    problems: {
      wrong_code: 'That code is not right. Wait for the next one and try again.',
    },
  },

  passkeys: {
    signIn: 'Sign in with a passkey',
    headingNew: 'Add a passkey',
    what: 'A passkey lets you sign in with your fingerprint, your face or the lock of your device, without a password.',
    name: 'Name',
    defaultName: 'Passkey',
    submit: 'Create the passkey',
    back: 'Back',
    needsScript: 'Passkeys need JavaScript, which is off in this browser.',
    cancelled: 'Nothing was confirmed. Try again, or go another way.',
    exists: 'This device has a passkey for your account already.',
    problems: {
      passkey_failed: 'That passkey was not accepted. Try again.',
    },
  },

  recoveryCodes: {
    heading: 'Keep your recovery codes',
    lead: 'Each code lets you in once when you have lost your phone or your passkey. They are shown this once: print them, or keep them with your passwords.',
    goOn: 'I have kept them',
  },

  forgot: {
    heading: 'Forgot your password?',
    lead: 'We send a link to choose a new one.',
    email: 'Email',
    submit: 'Send the link',
    back: 'Back to sign-in',
    headingSent: 'Look into your mailbox',
    sent: 'If there is an account for this address, an email is on its way. The link in it works once and for an hour at most.',
    notThere: 'Nothing came? Look into the folder for spam, or ask the person who runs this server.',
    off: 'This server sends no mail. Ask the person who runs it for help.',
    throttled: 'Too many emails were asked for from here. Wait a while, then try again.',
  },

  newPassword: {
    problems: {
      too_short: { one: 'Use at least {count} character.', other: 'Use at least {count} characters.' },
      too_long: 'That is too long. Use 256 characters at most.',
      too_weak: 'That is too easy to guess. Use several words that do not belong together.',
      breached: 'That password is in lists that attackers use. Choose one that you use nowhere else.',
    },
    hint: { one: 'At least {count} character.', other: 'At least {count} characters.' },
    words: 'A few words that do not belong together are easy to keep and hard to guess.',
  },

  link: {
    headings: {
      invite: 'Welcome to {brand}',
      reset: 'Choose a new password',
      email: 'Use this address from now on?',
    },
    inviteLead: 'Choose how {email} will sign in.',
    resetLead: 'For {email}. You are signed out everywhere, and apps lose their access.',
    password: 'New password',
    setPassword: 'Set the password',
    passkey: 'Use a passkey instead',
    emailLead: '{email} takes the place of the address that your account has now.',
    confirmEmail: 'Use this address',
    signInFirst: 'Sign in on this browser first, then open the link in the email again.',
    signIn: 'Sign in',
    taken: 'This address belongs to another account here. Ask the person who runs this server.',
    account: 'To your account',
  },
};
