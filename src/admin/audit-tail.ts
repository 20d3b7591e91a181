import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { SealedFeed, type AuditFilters } from '../audit/index.js';
import type { LiveStream } from './live-streams.js';

const EVERY_MS = 500;
const AT_ONCE = 100;

/** Sends what is added to the trail to whoever reads along, on every replica the same. */
@Injectable()
export class AuditTail {
  private readonly logger = new Logger('audit');

  constructor(private readonly feed: SealedFeed) {}

  end(): Promise<number> {
    return this.feed.end();
  }

  /** Until the stream ends; the id of each event is the place to go on from. */
  async run(stream: LiveStream, filters: AuditFilters, from: number): Promise<void> {
    try {
      for (let at = from; !stream.signal.aborted;) at = await this.step(stream, filters, at);
    } catch (error) {
      this.logger.warn({ err: error }, 'a tail of the audit trail was cut off');
      stream.end('interrupted');
    }
  }

  private async step(stream: LiveStream, filters: AuditFilters, from: number): Promise<number> {
    const { events, next } = await this.feed.read({ filters, from, limit: AT_ONCE });
    for (const { seq, body } of events)
      await stream.send({ id: String(seq + 1), event: 'audit', data: JSON.stringify(body) });
    // Without data it is no event to the reader, but the place to go on from.
    if (next > from && events.at(-1)?.seq !== next - 1) await stream.send({ id: String(next) });
    if (next === from)
      await sleep(EVERY_MS, undefined, { signal: stream.signal, ref: false }).catch(() => undefined);
    return next;
  }
}
