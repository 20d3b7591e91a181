export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** From the least to the most serious. */
export const SEVERITIES = [
  'info',
  'low',
  'medium',
  'high',
  'critical',
] as const satisfies readonly Severity[];

/** How long a kind of event is kept; the retention periods themselves are configuration. */
export const RETENTION_CLASSES = ['security', 'admin', 'tool_call', 'verbose'] as const;

export type RetentionClass = (typeof RETENTION_CLASSES)[number];

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** The members of `details`, all of which may be absent. */
export type DetailSchemas = Readonly<Record<string, JsonSchema>>;

/** What is fixed for every event of a type. `ocsfClass` and `activity` are numbers of OCSF. */
export interface EventTypeInfo {
  /** A sentence in the past tense. */
  readonly description: string;
  readonly severity: Severity;
  readonly ocsfClass: 2004 | 3001 | 3002 | 3003 | 3004 | 3005 | 6003;
  readonly activity: number;
  readonly retention: RetentionClass;
  readonly details?: DetailSchemas;
  /** The members of `details` that are not named are of this kind. */
  readonly otherDetails?: JsonSchema;
  /** Paths of personal data that stands in the event itself, beside those that every event may have. */
  readonly pii?: readonly string[];
  /** Paths of what is sealed in the payload and does not stand in the event, beside `actor.display`. */
  readonly sealed?: readonly string[];
  /** What is sealed of it may name anybody: it goes after `policies.audit.payloadDays`. */
  readonly brief?: true;
}

/** OCSF class and activity, by what they mean. 99 is "other", of which the name is our type. */
export const OCSF = {
  finding: [2004, 1],
  accountCreated: [3001, 1],
  accountEnabled: [3001, 2],
  passwordChanged: [3001, 3],
  passwordReset: [3001, 4],
  accountDisabled: [3001, 5],
  accountDeleted: [3001, 6],
  factorEnabled: [3001, 10],
  factorDisabled: [3001, 11],
  accountOther: [3001, 99],
  logon: [3002, 1],
  logoff: [3002, 2],
  ticket: [3002, 3],
  renew: [3002, 5],
  preauth: [3002, 6],
  authenticationOther: [3002, 99],
  session: [3003, 99],
  created: [3004, 1],
  read: [3004, 2],
  updated: [3004, 3],
  deleted: [3004, 4],
  enrolled: [3004, 6],
  enabled: [3004, 8],
  activated: [3004, 10],
  deactivated: [3004, 11],
  suspended: [3004, 12],
  resumed: [3004, 13],
  entityOther: [3004, 99],
  assigned: [3005, 1],
  revoked: [3005, 2],
  accessOther: [3005, 99],
  apiRead: [6003, 2],
  apiOther: [6003, 99],
} as const satisfies Record<string, readonly [EventTypeInfo['ocsfClass'], number]>;

type Rest = Pick<EventTypeInfo, 'details' | 'otherDetails' | 'pii' | 'sealed' | 'brief'>;

/** Makes an event type of a retention class. */
const kept =
  (retention: RetentionClass) =>
  (severity: Severity, ocsf: keyof typeof OCSF, description: string, rest: Rest = {}): EventTypeInfo => {
    const [ocsfClass, activity] = OCSF[ocsf];
    return { description, severity, ocsfClass, activity, retention, ...rest };
  };

export const security = kept('security');
export const admin = kept('admin');
export const toolCall = kept('tool_call');
export const verbose = kept('verbose');

// Kinds of members.
export const TEXT: JsonSchema = { type: 'string' };
export const TEXTS: JsonSchema = { type: 'array', items: TEXT };
export const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
export const FLAG: JsonSchema = { type: 'boolean' };
export const MOMENT: JsonSchema = { type: 'string', format: 'date-time' };
export const NULLABLE_TEXT: JsonSchema = { type: ['string', 'null'] };
export const ANY_OBJECT: JsonSchema = { type: 'object' };
/** A person's words, or a snake_case code of our own. */
export const REASON: DetailSchemas = { reason: TEXT };

// What is sealed.
export const DISPLAY = 'targets[].display';
/** The hashes too: with them, a guess at the values could be confirmed. */
export const CHANGED_VALUES = ['change.patch[].value', 'change.before_hash', 'change.after_hash'];
