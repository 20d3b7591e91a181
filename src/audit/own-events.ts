import { Injectable } from '@nestjs/common';
import type { Marked } from './event-marks.js';

/** What a busy server writes until it is sealed, a few times over. */
const MOST = 10_000;

/**
 * Events that this process wrote lately, until they are sealed: it need not read again what it knows. Whoever changes one
 * in the database before that changes what was sealed.
 */
@Injectable()
export class OwnEvents {
  private readonly events = new Map<string, Marked>();

  note(eventId: string, marked: Marked): void {
    this.events.set(eventId, marked);
    if (this.events.size > MOST) this.events.delete(this.events.keys().next().value!);
  }

  /** The text of an event that is in the database with this mark; forgotten when it was asked for. */
  take(eventId: string, mac: string | null): string | undefined {
    const own = this.events.get(eventId);
    if (own) this.events.delete(eventId);
    return own?.mac === mac ? own?.text : undefined;
  }
}
