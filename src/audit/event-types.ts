import { AUDIT_EVENTS } from './event-types/audit.events.js';
import { CLIENT_EVENTS } from './event-types/client.events.js';
import type { EventTypeInfo, RetentionClass } from './event-types/event-type.js';
import { PEOPLE_EVENTS } from './event-types/people.events.js';
import { PROOF_EVENTS } from './event-types/proof.events.js';
import { SIGN_IN_EVENTS } from './event-types/sign-in.events.js';
import { SYSTEM_EVENTS } from './event-types/system.events.js';
import { TOKEN_EVENTS } from './event-types/token.events.js';

export {
  RETENTION_CLASSES,
  SEVERITIES,
  type EventTypeInfo,
  type RetentionClass,
  type Severity,
} from './event-types/event-type.js';

/**
 * Every audit event this server can write. A name is `area.object.verb_past`; it is never re-used for
 * another meaning. Denied, throttled and failed variants are an outcome of the same type.
 */
export const EVENT_TYPES = {
  ...SIGN_IN_EVENTS,
  ...PEOPLE_EVENTS,
  ...CLIENT_EVENTS,
  ...TOKEN_EVENTS,
  ...SYSTEM_EVENTS,
  ...AUDIT_EVENTS,
  ...PROOF_EVENTS,
} as const satisfies Record<string, EventTypeInfo>;

export type EventType = keyof typeof EVENT_TYPES;

/** Which partitions an event belongs to. A type keeps its class: its events are looked for where they were put. */
export const retentionOf = (type: string): RetentionClass =>
  (EVENT_TYPES as Readonly<Record<string, EventTypeInfo>>)[type]?.retention ?? 'security';
