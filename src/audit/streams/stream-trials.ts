import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../audit-fact.js';
import { AuditLog } from '../audit-log.js';
import { SealedFeed, type SealedPage } from '../feed/sealed-feed.js';
import type { SealedEvent } from '../proof/index.js';
import { AuditStreams } from './audit-streams.js';
import { StreamSinks } from './stream-sinks.js';

export interface Trial {
  readonly ok: boolean;
  /** A snake_case code. */
  readonly problem?: string;
  readonly ms: number;
}

/** How far behind a stream is. */
export interface Lag {
  readonly events: number;
  readonly seconds: number;
}

/** Looks after streams without being one: tries them, and says how far behind they are. */
@Injectable()
export class StreamTrials {
  constructor(
    private readonly streams: AuditStreams,
    private readonly sinks: StreamSinks,
    private readonly feed: SealedFeed,
    private readonly audit: AuditLog,
  ) {}

  /** Sends an event that is not in the trail. `undefined`: no such stream. */
  async try(id: string, actor: Actor): Promise<Trial | undefined> {
    const stream = await this.streams.whole(id);
    if (!stream) return undefined;
    const began = performance.now();
    const problem = await this.sinks.deliver(stream, [madeUp(actor)]);
    const ms = Math.round(performance.now() - began);
    await this.audit.decide({
      type: 'audit.stream.tested',
      actor,
      outcome: problem === undefined ? { result: 'allowed' } : { result: 'error', reason: problem },
      targets: [{ type: 'audit_stream', id, display: stream.name }],
      totalMs: ms,
    });
    return { ok: problem === undefined, ms, ...(problem !== undefined && { problem }) };
  }

  /** Of events that its filters may yet leave out. */
  async lagOf({ position }: { readonly position: string }): Promise<Lag> {
    const from = Number(position);
    const [end, page] = await Promise.all([this.feed.end(), this.feed.read({ filters: {}, from, limit: 1 })]);
    return { events: Math.max(0, end - from), seconds: secondsSince(page) };
  }
}

function secondsSince({ events: [first] }: SealedPage): number {
  return first ? Math.max(0, Math.round((Date.now() - Date.parse(first.body.time)) / 1_000)) : 0;
}

function madeUp({ type, id }: Actor): SealedEvent {
  const body = {
    event_id: uuidv7(),
    type: 'audit.stream.tested',
    schema_version: 1,
    class_uid: 3004,
    activity_id: 99,
    time: new Date().toISOString(),
    severity: 'info',
    outcome: { result: 'allowed' },
    actor: { type, ...(id !== undefined && { id }) },
    details: { made_up: true },
  };
  return { seq: 0, leafHash: Buffer.alloc(32), body };
}
