import { enApiKeys } from './en.api-keys.js';
import { enDevice } from './en.device.js';
import { enErrors } from './en.errors.js';
import { enScopes } from './en.scopes.js';
import { enSecurity } from './en.security.js';
import { enSignIn } from './en.sign-in.js';

/** Every word a page shows. `{places}` are filled with names; the same ones stand in each language. */
export const en = {
  unnamedApp: 'Unnamed app',
  support: 'Get help',
  justNow: 'just now',

  scopes: enScopes,

  login: {
    heading: 'Sign in to {brand}',
    toContinue: 'to continue to {app}',
    email: 'Email',
    password: 'Password',
    submit: 'Sign in',
    with: 'Continue with {provider}',
    byAddress: 'Use my organisation’s sign-in',
    goOn: 'Continue',
    or: 'or',
    goOnAs: 'Continue as {person}',
    orAnother: 'or use another account',
    noWayIn: 'No way to sign in is set up yet. Ask the person who runs this server.',
    problems: {
      bad_credentials: 'That email and password do not match. Check both and try again.',
      locked: 'Sign-in for this account is paused after too many attempts. Try again in a few minutes.',
      session_expired: 'You were signed out because some time has passed. Sign in again to go on.',
      other_account: 'The app expects another account. Sign in with that one, or go back to the app.',
      sso_not_fresh:
        'The app wants you to sign in anew, and the other service did not show that you did. Try again, or choose another way.',
      password_missing: 'Enter your password.',
      unknown_domain: 'No sign-in is set up for this address. Check it, or choose another way.',
      sso_failed: 'The other service did not confirm your sign-in. Try again, or choose another way.',
      throttled: 'Too many attempts from here. Wait a minute, then try again.',
      passkey_failed: 'That passkey did not let you in. Try again, or sign in another way.',
      confirm: 'Sign in again to show that it is you.',
    },
  },

  ...enSignIn,

  security: enSecurity,

  apiKeys: enApiKeys,

  consent: {
    heading: 'Allow {app} to use {resource}?',
    headingAgain: 'Continue with {app}?',
    again: 'You allowed this before, and nothing new is asked. Continue only if you started this just now.',
    againNew: 'You allowed this app before. It now asks for more, marked as new.',
    changed:
      'This app has changed since you allowed it, such as its name or where it sends you. Look again before you decide.',
    nothingLeft: 'Nothing would be left that the app could do. Keep at least one, or press Deny.',
    who: 'Who asks',
    verified: 'Verified',
    notVerified: 'Not verified',
    notVerifiedWhy: 'Any program can use this name. Go on only if you started this yourself.',
    claimed:
      'It says that it comes from {host}. A program on this computer cannot prove that: go on only if you started it yourself.',
    clientId: 'App ID',
    firstSeen: 'First seen',
    firstTime: 'Just now, for the first time',
    review: 'Review',
    approved: 'Approved by {brand}',
    notApproved: 'Not reviewed by {brand}',
    may: 'What it may do',
    groups: { read: 'Read', change: 'Change', account: 'Your account' },
    destructive: 'Can delete or overwrite',
    isNew: 'New',
    preapproved: 'Allowed by {brand}',
    leaveOut: 'Leave this out',
    leaveOutOf: 'Leave this out: {scope}',
    tools: { one: '{count} tool', other: '{count} tools' },
    next: 'What happens next',
    sentTo: 'You are sent to',
    thisComputer: 'A program on this computer',
    computerWarning:
      'The answer goes to a program on this computer. Allow it only if you started that program yourself, just now.',
    signedInAs: 'Signed in as',
    switchAccount: 'Use another account',
    ends: 'Access ends',
    endsUnused: { one: 'When it is not used for {count} day', other: 'When it is not used for {count} days' },
    endsSoon: 'By itself, soon after you allow it',
    allow: 'Allow',
    goOn: 'Continue',
    deny: 'Deny',
    endLater: 'You can end this any time under {account}.',
    account: 'Account',
  },

  formPost: {
    heading: 'Back to {host}',
    message: 'If this page stays, press the button.',
    goOn: 'Continue',
  },

  refusedRequest: {
    heading: 'This app asked in a way that is not accepted',
    message:
      'Nobody has confirmed who is behind {host}, so nothing was sent there. If you did not start this, close this page.',
    problem: 'What is wrong',
    back: 'Go back to {host}',
  },

  device: enDevice,

  account: {
    heading: 'Your account',
    signOut: 'Sign out',
    notices: {
      app_ended: '{subject} no longer has access. What it was doing has stopped.',
      session_ended: 'That browser is signed out.',
      sign_in_connected: 'Connected. You can sign in that way from now on.',
      sign_in_disconnected: '{subject} is disconnected, and signed out where it was used.',
      all_ended: 'Every app has lost its access, and every other browser is signed out.',
    },
    problems: {
      sign_in_not_connected: 'Nothing was connected: the other service did not confirm your sign-in.',
      last_way_in: 'That is your only way to sign in, so it was kept. Add another one first.',
      not_fresh: 'Nothing was changed: confirm that it is you first, by signing in again.',
    },
    signIns: 'How you sign in',
    noSignIns: 'No other service is connected. You sign in with what this server has for you.',
    connectedSince: 'Connected',
    lastSignIn: 'Last sign-in',
    disconnect: 'Disconnect',
    disconnectOf: 'Disconnect {provider}',
    connect: 'Connect {provider}',
    confirmFirst: 'To change this, sign in again first.',
    signInAgain: 'Sign in again',
    security: 'Password, passkeys and second step',
    apps: 'Connected apps',
    noApps: 'No app has access. When you allow one, it appears here, and you can end its access here.',
    since: 'Allowed',
    lastUsed: 'Last used',
    neverUsed: 'Not used yet',
    from: 'from {ip}',
    withTool: 'with {tool}',
    connections: { one: '{count} connection', other: '{count} connections' },
    endApp: 'End access…',
    stops: 'What stops:',
    appStops:
      '{app} loses everything listed above at once, wherever you use it. Work it is doing now is cut off. You can allow it again later.',
    endAppNow: 'End access for {app}',
    sessions: 'Where you are signed in',
    noSessions: 'No other browser is signed in.',
    unknownBrowser: 'Unknown browser',
    thisBrowser: 'This browser',
    lastSeen: 'Last seen',
    signedIn: 'Signed in',
    endSession: 'Sign out',
    endSessionOf: 'Sign out {browser}',
    activity: 'Recent activity',
    noActivity: 'Nothing yet. What your apps do for you is listed here.',
    used: { one: '{app} used {tool} once', other: '{app} used {tool} {count} times' },
    wasRefused: { one: '{app} asked for {tool} once', other: '{app} asked for {tool} {count} times' },
    refused: 'Refused',
    endAll: 'End everything…',
    allStops:
      'Every app loses its access at once, and you are signed out in every browser, this one included. Do this if you think someone else got in.',
    endAllNow: 'End all access and sign out',
  },

  logout: {
    heading: 'Sign out of {brand}?',
    as: 'You are signed in as {email}.',
    effect: 'Apps that work while you are away keep their access. You can end it under {account}.',
    account: 'Account',
    submit: 'Sign out',
    stay: 'Stay signed in',
  },

  signedOut: {
    heading: 'You are signed out',
    message: 'You can close this window.',
    goOn: 'Continue to {host}',
    again: 'Sign in again',
  },

  error: {
    kinds: enErrors,
    decision: 'Reference',
    quote: 'Quote this if you ask for help.',
    home: 'Go to the start page',
  },

  home: {
    heading: 'Connect your AI app',
    what: '{brand} lets AI apps use your company’s tools, only as far as you allow.',
    addressLabel: 'Server address',
    how: 'Paste this address where your app asks for an MCP server. The app then opens a page like this one and asks you first.',
    signedInAs: 'Signed in as {email}',
    account: 'Your account',
    signIn: 'Sign in',
    docs: 'Documentation for admins',
  },
};
