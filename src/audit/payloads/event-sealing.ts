import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { openUnderKey, sealUnderKey } from '../../sealing/index.js';
import { EVENT_TYPES, type EventType, type EventTypeInfo } from '../event-types.js';
import { sealedOf } from '../event-types/event-schema.js';
import type { AuditEventBody } from '../audit-row.js';
import type { Json } from '../json.js';
import { partedAt, stepsOf, type Members } from './sealed-members.js';
import { SYSTEM, subjectOf } from './subject.js';
import { SubjectKeys, type Runner } from './subject-keys.js';

/** An event, and what it tells only to those who may open it: in its body, or beside it. */
export interface Unsealed {
  readonly body: AuditEventBody;
  /** The arguments of a tool call. */
  readonly args?: Json;
}

/** What an event is stored with. Members that are bytes are in base64. */
export interface SealedEvent {
  readonly body: AuditEventBody;
  readonly payload?: {
    readonly key_id: string;
    readonly sealed: string;
    readonly brief: boolean;
    readonly retention: string;
  };
  /** A key that is stored with it. */
  readonly new_key?: { readonly id: string; readonly subject: string; readonly sealed: string };
}

interface Secret {
  readonly subject: string;
  readonly content: Members;
  readonly fields: readonly string[];
}

type Parted = Unsealed & { readonly secret?: Secret };

const PATHS = new Map<string, readonly (readonly [string, readonly string[]])[]>(
  Object.entries(EVENT_TYPES).map(([type, info]: [string, EventTypeInfo]) => [
    type,
    sealedOf(info).map((path) => [path, stepsOf(path)] as const),
  ]),
);

/** Takes what is personal or secret out of events and seals it under the key of whom it is about. */
@Injectable()
export class EventSealing {
  constructor(private readonly keys: SubjectKeys) {}

  /** `stored` is to be called when the statement that writes them was run. */
  async seal(
    runner: Runner,
    events: readonly Unsealed[],
  ): Promise<{ events: readonly SealedEvent[]; stored: () => void }> {
    const parted = events.map(part);
    const subjects = new Set(parted.flatMap(({ secret }) => secret?.subject ?? []));
    if (subjects.size === 0) return { events: parted.map(({ body }) => ({ body })), stored: () => undefined };
    const { of, made, stored } = await this.keys.for(runner, subjects);
    const fresh = new Map(made.map((key) => [key.subject, key]));
    const sealed = parted.map(({ body, secret }): SealedEvent => {
      if (!secret) return { body };
      const key = fresh.get(secret.subject);
      fresh.delete(secret.subject);
      return {
        ...withPayload(body, secret, of.get(secret.subject)!),
        ...(key && {
          new_key: { id: key.id, subject: key.subject, sealed: key.sealed.toString('base64') },
        }),
      };
    });
    return { events: sealed, stored };
  }
}

function part({ body, args }: Unsealed): Parted {
  // The name of a client is nobody's; it stands in the event.
  const paths = PATHS.get(body.type)!;
  const wanted = body.actor.type === 'client' ? paths.filter(([path]) => path !== 'actor.display') : paths;
  const { open, sealed, fields } = partedAt(body as unknown as Members, wanted);
  if (!sealed && args === undefined) return { body };
  const tool = args === undefined ? {} : { tool: { args } };
  return {
    body: open as unknown as AuditEventBody,
    secret: {
      subject: subjectOf(body),
      content: { ...sealed, ...tool },
      fields: args === undefined ? fields : [...fields, 'tool.args'],
    },
  };
}

function withPayload(
  body: AuditEventBody,
  { subject, content, fields }: Secret,
  { id, key }: { readonly id: string; readonly key: Buffer },
): SealedEvent {
  const info: EventTypeInfo = EVENT_TYPES[body.type as EventType];
  const sealed = sealUnderKey(key, purposeOf(body.event_id), JSON.stringify(content));
  return {
    body: withPrivacy(body, { fields, key_id: id, payload_digest: digestOf(sealed) }),
    payload: {
      key_id: id,
      sealed: sealed.toString('base64'),
      brief: info.brief === true || subject === SYSTEM,
      retention: info.retention,
    },
  };
}

/** At its place in canonical order. */
function withPrivacy(body: AuditEventBody, privacy: NonNullable<AuditEventBody['privacy']>): AuditEventBody {
  const members: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(body)) {
    if (name > 'privacy') members['privacy'] ??= privacy;
    members[name] = member;
  }
  return members as unknown as AuditEventBody;
}

/** @throws CannotOpen */
export const contentOf = (eventId: string, key: Buffer, sealed: Buffer): Members =>
  JSON.parse(openUnderKey(key, purposeOf(eventId), sealed)) as Members;

export const digestOf = (sealed: Buffer): string => hash('sha256', sealed, 'base64url');

/** A payload belongs to one event. */
const purposeOf = (eventId: string): string => `audit payload ${eventId}`;
