import { ANY_OBJECT, COUNT, FLAG, REASON, security, TEXT } from './event-type.js';

const ISSUED = {
  grant_type: TEXT,
  refresh_token: FLAG,
  sender_constrained: TEXT,
  issuer: TEXT,
  assertion_jti: TEXT,
  subject: TEXT,
  subject_jti: TEXT,
  subject_client_id: TEXT,
  subject_resource: TEXT,
  actor: TEXT,
};
const OPENED = {
  resource: TEXT,
  consent: TEXT,
  grant_type: TEXT,
  issuer: TEXT,
  assertion_jti: TEXT,
  subject: TEXT,
};
/** The name of a person at whoever vouched for them. */
const SUBJECT = { sealed: ['details.subject'] };
const PLAN = { plan_id: TEXT, selector: ANY_OBJECT };
const API_KEY = { details: { holder: TEXT, ...REASON } };
const PRE_CONSENT = { details: { audience: TEXT, resource: TEXT, ...REASON } };

/** What people allow, and the tokens that come of it. */
export const TOKEN_EVENTS = {
  'authz.request.rejected': security('info', 'apiOther', 'An authorization request was refused', {
    otherDetails: {},
  }),
  'consent.granted': security('info', 'assigned', 'Somebody allowed an application something', {
    details: { resource: TEXT, grant_type: TEXT },
  }),
  'consent.denied': security('info', 'accessOther', 'Somebody did not allow an application something', {
    details: { resource: TEXT, grant_type: TEXT },
  }),
  'consent.preapproved': security(
    'medium',
    'assigned',
    'An operator allowed an application something beforehand',
    PRE_CONSENT,
  ),
  'consent.preapproval_removed': security(
    'medium',
    'revoked',
    'What an operator had allowed beforehand was taken back',
    PRE_CONSENT,
  ),
  'device.authorization.started': security('info', 'accessOther', 'A device asked for access', {
    details: { resource: TEXT, grant_type: TEXT },
  }),
  'device.user_code.rejected': security('low', 'accessOther', 'The code of a device was refused'),
  'grant.opened': security('info', 'assigned', 'A grant was opened', {
    details: OPENED,
    ...SUBJECT,
  }),
  'token.issued': security('info', 'ticket', 'A token was issued', {
    details: ISSUED,
    ...SUBJECT,
  }),
  'token.refreshed': security('info', 'renew', 'A token was renewed', {
    details: ISSUED,
    ...SUBJECT,
  }),
  'token.refresh_late': security('low', 'renew', 'A refresh token came late, after its successor was used'),
  'token.reuse_detected': security(
    'high',
    'renew',
    'A code or refresh token was used twice, and the grant ended',
  ),
  'token.request.rejected': security('low', 'ticket', 'A token request was refused', {
    otherDetails: {},
    ...SUBJECT,
  }),
  'token.request.throttled': security('low', 'apiOther', 'A token request came too soon', {
    otherDetails: {},
  }),
  'token.introspection.denied': security('low', 'apiRead', 'An application may not ask about a token'),
  'api_key.created': security('medium', 'assigned', 'An API key was made', API_KEY),
  'api_key.renamed': security('info', 'accessOther', 'An API key was given another name', API_KEY),
  'api_key.rotated': security('medium', 'renew', 'An API key got another secret', API_KEY),
  'api_key.revoked': security('medium', 'revoked', 'An API key was ended', API_KEY),
  'revocation.planned': security('info', 'accessOther', 'A revocation was planned, and nothing ended yet', {
    details: { ...PLAN, counts: ANY_OBJECT },
  }),
  'revocation.approved': security('medium', 'accessOther', 'A second operator said yes to a revocation', {
    details: { ...PLAN, ...REASON },
  }),
  'revocation.propagated': security('info', 'revoked', 'Every replica refuses what a plan ended', {
    details: {
      ...PLAN,
      seq: COUNT,
      replicas: COUNT,
      acked: COUNT,
      propagation_ms: COUNT,
      calls_ended: COUNT,
    },
  }),
  'revocation.applied': security('high', 'revoked', 'Something was ended', {
    details: {
      grants: COUNT,
      sessions: COUNT,
      users: COUNT,
      tokens: COUNT,
      api_keys: COUNT,
      ...PLAN,
      signed: COUNT,
      exchanged: COUNT,
      ...REASON,
    },
  }),
};
