import {
  ANY_OBJECT,
  COUNT,
  FLAG,
  MOMENT,
  NULLABLE_TEXT,
  REASON,
  security,
  TEXT,
  TEXTS,
} from './event-type.js';

const TRUST = { details: { before: TEXT, after: TEXT, ...REASON } };
const REGISTRATION_TOKEN = {
  details: {
    expires_at: MOMENT,
    max_uses: { type: ['integer', 'null'] },
    uses: COUNT,
    trust_state: TEXT,
    scopes: TEXTS,
  },
};

/** Applications, and the identity providers that are set up here. */
export const CLIENT_EVENTS = {
  'client.registered': security('medium', 'created', 'An application was registered', {
    details: {
      registration: TEXT,
      auth_method: TEXT,
      redirect_uris: TEXTS,
      trust_state: TEXT,
      vouched_by: TEXT,
    },
  }),
  'client.changed': security('medium', 'updated', 'An application was changed', {
    details: { changes: ANY_OBJECT },
  }),
  'client.suspended': security('medium', 'suspended', 'An application was suspended', { details: REASON }),
  'client.approved': security('medium', 'activated', 'An application was approved', TRUST),
  'client.reinstated': security('medium', 'resumed', 'A suspended application was let work again', TRUST),
  'client.secret_rotated': security('medium', 'updated', 'An application got a new secret', {
    details: { previous_secret_until: NULLABLE_TEXT },
  }),
  'client.deleted': security('medium', 'deleted', 'An application was deleted', { details: REASON }),
  'client.document.refused': security(
    'low',
    'updated',
    'The metadata document of an application was not accepted',
    {
      details: { used_stale: FLAG },
    },
  ),
  'client.auth.failed': security('low', 'logon', 'An application did not prove who it is', {
    otherDetails: {},
  }),
  'registration.token.created': security(
    'medium',
    'created',
    'An initial access token for registrations was made',
    REGISTRATION_TOKEN,
  ),
  'registration.token.revoked': security(
    'medium',
    'deactivated',
    'An initial access token for registrations was ended',
    REGISTRATION_TOKEN,
  ),
  'registration.policy.created': security('high', 'created', 'A rule about registrations was made'),
  'registration.policy.changed': security('high', 'updated', 'A rule about registrations was changed'),
  'registration.policy.deleted': security('high', 'deleted', 'A rule about registrations was removed'),
  'idp.provider.created': security('high', 'created', 'An identity provider was set up', {
    details: { kind: TEXT, settings: ANY_OBJECT },
  }),
  'idp.provider.changed': security('high', 'updated', 'An identity provider was changed', {
    details: { kind: TEXT, settings: ANY_OBJECT },
  }),
  'idp.provider.deleted': security('high', 'deleted', 'An identity provider was removed', {
    details: { kind: TEXT, ...REASON },
  }),
};
