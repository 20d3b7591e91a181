export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** How long a kind of event is kept; the retention periods themselves are configuration. */
export type RetentionClass = 'security' | 'admin' | 'tool_call' | 'verbose';

/** What is fixed for every event of a type. `ocsfClass` is the OCSF class number the event maps to. */
export interface EventTypeInfo {
  readonly severity: Severity;
  readonly ocsfClass: 2004 | 3001 | 3002 | 3003 | 3004 | 3005 | 6003;
  readonly retention: RetentionClass;
}

const security = (severity: Severity, ocsfClass: EventTypeInfo['ocsfClass']): EventTypeInfo => ({
  severity,
  ocsfClass,
  retention: 'security',
});

/**
 * Every audit event this server can write. A name is `area.object.verb_past`; it is never re-used for
 * another meaning. Denied, throttled and failed variants are an outcome of the same type.
 */
export const EVENT_TYPES = {
  'server.process.started': { severity: 'info', ocsfClass: 3004, retention: 'admin' },
  'auth.login.succeeded': security('info', 3002),
  'auth.login.failed': security('low', 3002),
  'auth.logout.completed': security('info', 3002),
  'auth.session.created': security('info', 3003),
  'idp.assertion.rejected': security('medium', 3002),
  'idp.identity.linked': security('medium', 3001),
  'user.account.created': security('medium', 3001),
  'user.account.disabled': security('high', 3001),
  'user.account.enabled': security('high', 3001),
  'client.registered': security('medium', 3004),
  'client.suspended': security('medium', 3004),
  'client.approved': security('medium', 3004),
  'client.deleted': security('medium', 3004),
  'client.auth.failed': security('low', 3002),
  'authz.request.rejected': security('info', 6003),
  'consent.granted': security('info', 3005),
  'consent.denied': security('info', 3005),
  'grant.opened': security('info', 3005),
  'token.issued': security('info', 3002),
  'token.refreshed': security('info', 3002),
  'token.refresh_late': security('low', 3002),
  'token.reuse_detected': security('high', 3002),
  'token.request.rejected': security('low', 3002),
  'token.request.throttled': security('low', 6003),
  'revocation.applied': security('high', 3005),
  'key.generated': security('high', 3004),
  'mcp.tools.listed': { severity: 'info', ocsfClass: 6003, retention: 'tool_call' },
  'mcp.tool.called': { severity: 'info', ocsfClass: 6003, retention: 'tool_call' },
  'http.request.handled': { severity: 'info', ocsfClass: 6003, retention: 'verbose' },
  'admin.request.handled': { severity: 'info', ocsfClass: 6003, retention: 'admin' },
  'audit.searched': { severity: 'medium', ocsfClass: 6003, retention: 'admin' },
} as const satisfies Record<string, EventTypeInfo>;

export type EventType = keyof typeof EVENT_TYPES;
