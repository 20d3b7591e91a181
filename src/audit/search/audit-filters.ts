/**
 * What of the trail is wanted, in the words of the admin API, so that it can be kept and sent as it is. Values of one
 * list are alternatives, the members together must all hold.
 */
export interface AuditFilters {
  readonly type?: readonly string[];
  readonly type_prefix?: readonly string[];
  readonly outcome?: readonly string[];
  /** This severity or a more serious one. */
  readonly severity_gte?: string;
  /** Id of the user or client that acted. */
  readonly actor?: string;
  readonly user_id?: string;
  readonly client_id?: string;
  readonly grant_id?: string;
  readonly session_id?: string;
  /** Id of something that was acted upon, or its type, a colon and its id. */
  readonly target?: string;
  readonly tool?: string;
  /** `tool.args_hmac` of another call: those with the same arguments. */
  readonly args_hmac?: string;
  readonly jti?: string;
  /** An address, or a network in CIDR notation. */
  readonly ip?: string;
  readonly correlation_id?: string;
  /** ISO 8601; `until` is exclusive. */
  readonly since?: string;
  readonly until?: string;
  /** Text somewhere in an event, without regard to case. */
  readonly q?: string;
}

/** The names of the filters. */
export const AUDIT_FILTERS = [
  'type',
  'type_prefix',
  'outcome',
  'severity_gte',
  'actor',
  'user_id',
  'client_id',
  'grant_id',
  'session_id',
  'target',
  'tool',
  'args_hmac',
  'jti',
  'ip',
  'correlation_id',
  'since',
  'until',
  'q',
] as const satisfies readonly (keyof AuditFilters)[];
