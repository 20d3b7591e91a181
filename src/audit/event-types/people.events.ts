import {
  admin,
  ANY_OBJECT,
  CHANGED_VALUES,
  COUNT,
  DISPLAY,
  FLAG,
  MOMENT,
  NULLABLE_TEXT,
  REASON,
  security,
  TEXT,
  TEXTS,
} from './event-type.js';

const GROUP = { name: TEXT, roles: TEXTS, origin: TEXT, configured: FLAG, external_id: NULLABLE_TEXT };

const PERSON = { sealed: [DISPLAY] };
const ACCOUNT = { sealed: [DISPLAY, ...CHANGED_VALUES] };

/** Accounts, groups and who provisions them. */
export const PEOPLE_EVENTS = {
  'user.account.created': security('medium', 'accountCreated', 'An account was made', {
    details: { origin: TEXT, roles: TEXTS },
    ...ACCOUNT,
  }),
  'user.account.disabled': security('high', 'accountDisabled', 'An account was disabled', {
    details: REASON,
  }),
  'user.account.enabled': security('high', 'accountEnabled', 'An account was enabled again', {
    details: REASON,
  }),
  'user.account.changed': security('medium', 'accountOther', 'An account was changed', {
    details: { changed: TEXTS, email: ANY_OBJECT, ...REASON },
    sealed: [...ACCOUNT.sealed, 'details.email'],
  }),
  'user.account.deleted': security('high', 'accountDeleted', 'An account was deleted', {
    details: REASON,
    ...ACCOUNT,
  }),
  'user.account.invited': security('medium', 'accountCreated', 'Somebody was invited', PERSON),
  'user.invitation.accepted': security('medium', 'accountEnabled', 'An invitation was accepted', PERSON),
  'user.roles.changed': security('high', 'accessOther', 'Somebody’s roles are others now', {
    details: { before: TEXTS, after: TEXTS, ...REASON },
  }),
  'group.created': security('medium', 'created', 'A group was made', { details: { ...GROUP, ...REASON } }),
  'group.changed': security('medium', 'updated', 'A group was changed', {
    details: { before: ANY_OBJECT, after: ANY_OBJECT, ...REASON },
  }),
  'group.deleted': security('medium', 'deleted', 'A group was deleted', {
    details: { ...GROUP, members: COUNT, ...REASON },
  }),
  'group.members.changed': security('medium', 'accessOther', 'Somebody came into a group or left it', {
    details: {
      origin: TEXT,
      added: COUNT,
      removed: COUNT,
      people_added: TEXTS,
      people_removed: TEXTS,
      ...REASON,
    },
    pii: ['details.people_added', 'details.people_removed'],
  }),
  'scim.token.created': security('high', 'created', 'A provisioning token was made', {
    details: { expires_at: MOMENT, vouches_for: TEXTS },
  }),
  'scim.token.revoked': security('high', 'deactivated', 'A provisioning token was ended', {
    details: { expires_at: MOMENT, vouches_for: TEXTS },
  }),
  'scim.request.handled': admin('info', 'apiOther', 'A provisioning request was answered'),
  'mail.letter.sent': security('info', 'created', 'A letter was sent, or given up', {
    details: { kind: TEXT, attempts: COUNT },
  }),
};
