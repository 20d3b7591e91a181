import { COUNT, DISPLAY, FLAG, NULLABLE_TEXT, REASON, security, TEXT, TEXTS } from './event-type.js';

/** An address that somebody typed. */
const EMAIL = { details: { email: TEXT }, sealed: ['details.email'], brief: true } as const;
const PERSON = { sealed: [DISPLAY] };
/** What it is about may be an address, or a name that somebody gave a thing of theirs. */
const ITEM = { details: { item: TEXT }, sealed: [DISPLAY, 'details.item'] };

/** Signing in and out, at this server and by others. */
export const SIGN_IN_EVENTS = {
  'auth.login.succeeded': security('info', 'logon', 'Somebody signed in', {
    details: { acr: TEXT, amr: TEXTS, idp: TEXT },
  }),
  'auth.login.failed': security('low', 'logon', 'A sign-in was refused', EMAIL),
  'auth.logout.completed': security('info', 'logoff', 'Somebody signed out'),
  'auth.logout.notified': security('low', 'logoff', 'An application was told of a sign-out', {
    details: { attempts: COUNT },
  }),
  'auth.session.created': security('info', 'session', 'A session began'),
  'auth.second_step.failed': security('medium', 'preauth', 'A second step of a sign-in was refused'),
  'idp.assertion.rejected': security('medium', 'logon', 'What an identity provider said was not accepted', {
    details: { provider: TEXT, code: TEXT },
    otherDetails: TEXT,
  }),
  'idp.logout.received': security('medium', 'logoff', 'An identity provider said that somebody signed out', {
    details: { provider: TEXT, code: TEXT, sessions: COUNT },
    otherDetails: TEXT,
  }),
  'idp.identity.linked': security('medium', 'accountOther', 'An identity was linked to an account', {
    details: { provider: TEXT, issuer: TEXT, subject: TEXT },
    sealed: ['details.subject'],
  }),
  'idp.identity.unlinked': security('medium', 'accountOther', 'An identity was taken off an account', {
    details: { provider: TEXT },
  }),
  'idp.groups.withheld': security(
    'medium',
    'accessOther',
    'An identity provider did not say all of somebody’s groups, and the others were left as they were',
    { details: { provider: TEXT, groups_left_as_they_are: { type: ['boolean', 'integer', 'array'] } } },
  ),
  'user.password.reset_requested': security(
    'low',
    'passwordReset',
    'A link for a new password was asked for',
    EMAIL,
  ),
  'user.password.reset': security('high', 'passwordReset', 'A password was set by a link', PERSON),
  'user.password.changed': security('medium', 'passwordChanged', 'A password was changed', PERSON),
  'user.password.unchecked': security(
    'low',
    'accountOther',
    'A new password could not be compared with those known from breaches',
    { otherDetails: TEXT },
  ),
  'user.email.change_requested': security('low', 'accountOther', 'Another e-mail address was asked for', {
    ...ITEM,
  }),
  'user.email.changed': security('high', 'accountOther', 'An e-mail address was changed', {
    ...ITEM,
  }),
  'user.passkey.added': security('medium', 'factorEnabled', 'A passkey was added', {
    ...ITEM,
    details: { item: TEXT, aaguid: NULLABLE_TEXT, synced: FLAG },
  }),
  'user.passkey.renamed': security('info', 'accountOther', 'A passkey got another name', {
    ...ITEM,
  }),
  'user.passkey.removed': security('medium', 'factorDisabled', 'A passkey was removed', {
    ...ITEM,
  }),
  'user.passkey.refused': security('high', 'logon', 'A passkey was refused: it may have been copied', {
    ...ITEM,
    details: { item: TEXT, ...REASON },
  }),
  'user.authenticator.added': security('medium', 'factorEnabled', 'An authenticator app was added', PERSON),
  'user.authenticator.removed': security(
    'high',
    'factorDisabled',
    'An authenticator app was removed',
    PERSON,
  ),
  'user.recovery_codes.created': security('medium', 'factorEnabled', 'Recovery codes were made', {
    ...PERSON,
    details: { count: COUNT },
  }),
  'user.recovery_code.used': security('medium', 'logon', 'A recovery code was used', {
    ...ITEM,
    details: { left: COUNT, item: TEXT },
  }),
  'user.factors.reset': security(
    'high',
    'factorDisabled',
    'An operator took away all second steps of an account',
    {
      ...PERSON,
      details: { passkeys: COUNT, authenticator: FLAG, ...REASON },
    },
  ),
};
