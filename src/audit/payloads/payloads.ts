import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CannotOpen } from '../../sealing/index.js';
import { AuditLog } from '../audit-log.js';
import type { AuditEventBody } from '../audit-row.js';
import type { Actor } from '../audit-fact.js';
import { contentOf, digestOf } from './event-sealing.js';
import type { Members } from './sealed-members.js';
import { SubjectKeys } from './subject-keys.js';

export interface OpenedPayload {
  readonly fields: readonly string[];
  readonly content: Members;
}

/**
 * Why there is nothing to show: no such event, nothing was sealed, the key was destroyed, its time was over, it is not
 * what the event says, or its key is under a version of `ENCRYPTION_KEYS` that is not configured.
 */
export type NoPayload = 'no_event' | 'no_payload' | 'erased' | 'expired' | 'damaged' | 'key_not_configured';

interface Row {
  readonly body: AuditEventBody;
  readonly sealed: Buffer | null;
  readonly key: Buffer | null;
  readonly subject: string | null;
}

const FIND = `
SELECT e.body, p.sealed, k.sealed AS key, k.subject FROM audit_events e
LEFT JOIN audit_payloads p ON p.event_id = e.event_id
LEFT JOIN audit_subject_keys k ON k.key_id = (e.body->'privacy'->>'key_id')::uuid
WHERE e.event_id = $1`;

/** Opens what is sealed beside an event. Nothing is shown unless the trail says to whom. */
@Injectable()
export class Payloads {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: SubjectKeys,
    private readonly audit: AuditLog,
  ) {}

  open(eventId: string, by: { actor: Actor; reason?: string }): Promise<OpenedPayload | NoPayload> {
    return this.dataSource.transaction(async (tx) => {
      const [row] = await tx.query<Row[]>(FIND, [eventId]);
      if (!row) return 'no_event';
      const content = this.contentOf(row);
      if (typeof content === 'string') return content;
      await this.record(tx, row, by);
      return { fields: row.body.privacy!.fields, content };
    });
  }

  private contentOf({ body, sealed, key }: Row): Members | NoPayload {
    if (!body.privacy) return 'no_payload';
    if (!key) return 'erased';
    if (!sealed) return 'expired';
    if (digestOf(sealed) !== body.privacy.payload_digest) return 'damaged';
    let opened: Buffer;
    try {
      opened = this.keys.open(body.privacy.key_id, key);
    } catch (error) {
      if (error instanceof CannotOpen) return 'key_not_configured';
      throw error;
    }
    try {
      return contentOf(body.event_id, opened, sealed);
    } catch (error) {
      if (error instanceof CannotOpen) return 'damaged';
      throw error;
    }
  }

  private record(
    tx: EntityManager,
    { body, subject }: Row,
    { actor, reason }: { actor: Actor; reason?: string },
  ): Promise<void> {
    const [, person] = /^user:(.+)$/.exec(subject ?? '') ?? [];
    return this.audit.record(tx, {
      type: 'audit.payload.unsealed',
      actor,
      ...(person !== undefined && { userId: person }),
      ...(reason !== undefined && { reason }),
      targets: [{ type: 'audit_event', id: body.event_id }],
      details: { event_id: body.event_id, event_type: body.type, fields: body.privacy!.fields },
    });
  }
}
