import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { isRehearsing } from '../database/index.js';
import { currentAudit, type AuditContext } from './audit-context.js';
import type { AuditFact } from './audit-fact.js';
import { bodyOf, columnsOf } from './audit-row.js';
import { noteRehearsed } from './audit-rehearsal.js';
import { EventMarks } from './event-marks.js';
import { OwnEvents } from './own-events.js';
import { EventSealing, type SealedEvent, type Unsealed } from './payloads/event-sealing.js';
import { INSERT, INSERT_SEALED } from './payloads/payload-statements.js';
import type { Runner } from './payloads/subject-keys.js';

/** Rows of one statement of a group commit; more wait for the next. */
const GROUP = 500;

/** Audit rows as a parameter of a statement; call `recorded` when that has been run. */
export interface PreparedAudit {
  readonly rows: string;
  readonly recorded: () => void;
}

/** Rows of `audit_events`, in JSON. */
interface Rows {
  readonly json: string;
  readonly lastId: string | undefined;
  readonly anySealed: boolean;
  /** Call when the statement that stores them was run. */
  readonly stored: () => void;
}

interface Waiting {
  readonly event: Unsealed;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Writes audit events. Nothing is dropped: a caller waits until its event is durable, or learns that it is not. */
@Injectable()
export class AuditLog {
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly marks: EventMarks,
    private readonly sealing: EventSealing,
    private readonly own: OwnEvents,
  ) {}

  /** Records facts in the caller's transaction: they commit together with the change they tell of. */
  async record(tx: EntityManager, ...facts: readonly AuditFact[]): Promise<void> {
    const context = currentAudit();
    const events = facts.map((fact) => this.eventOf(fact, context));
    noteRehearsed(events);
    await this.write(tx, events);
    if (context) context.lastEventId = events.at(-1)!.body.event_id;
  }

  /**
   * For a statement that makes the change and records it in one round trip, with `insertAudit` in it. `runner` is what
   * will run it.
   */
  async prepare(runner: Runner, ...facts: readonly AuditFact[]): Promise<PreparedAudit> {
    const context = currentAudit();
    const events = facts.map((fact) => this.eventOf(fact, context));
    noteRehearsed(events);
    const { json, lastId, stored } = await this.rowsOf(runner, events);
    return {
      rows: json,
      recorded: () => {
        stored();
        if (context && lastId !== undefined) context.lastEventId = lastId;
      },
    };
  }

  /**
   * Records a decision that changes nothing else, and resolves with its event id once it is durable. Decisions
   * that arrive while a write is under way share the next one (group commit).
   */
  async decide(fact: AuditFact): Promise<string> {
    if (isRehearsing()) return this.rehearsed(fact);
    const context = currentAudit();
    const event = this.eventOf(fact, context);
    await new Promise<void>((done, failed) => {
      this.waiting.push({ event, done, failed });
      this.writing ??= this.drain();
    });
    const { event_id: id } = event.body;
    if (context) context.lastEventId = id;
    return id;
  }

  /** It must not join the decisions of others, which stay. */
  private async rehearsed(fact: AuditFact): Promise<string> {
    await this.record(this.dataSource.manager, fact);
    return currentAudit()?.lastEventId ?? '';
  }

  private eventOf(fact: AuditFact, context: AuditContext | undefined): Unsealed {
    const { name, args, argsSealed } = fact.tool ?? {};
    const argsHmac =
      name === undefined || args === undefined ? undefined : this.marks.ofArguments(name, args);
    return {
      body: bodyOf(fact, context, argsHmac),
      ...(argsSealed !== undefined && { args: argsSealed }),
    };
  }

  private async write(runner: Runner, events: readonly Unsealed[]): Promise<void> {
    const { json, anySealed, stored } = await this.rowsOf(runner, events);
    await runner.query(anySealed ? INSERT_SEALED : INSERT, [json]);
    stored();
  }

  private async rowsOf(runner: Runner, unsealed: readonly Unsealed[]): Promise<Rows> {
    const { events, stored } = await this.sealing.seal(runner, unsealed);
    return {
      json: `[${events.map((event) => this.rowOf(event)).join(',')}]`,
      lastId: events.at(-1)?.body.event_id,
      anySealed: events.some(({ payload }) => payload !== undefined),
      stored,
    };
  }

  private rowOf({ body, ...sealed }: SealedEvent): string {
    const marked = this.marks.of(body);
    this.own.note(body.event_id, marked);
    const columns = JSON.stringify({ ...columnsOf(body), mac: marked.mac, ...sealed });
    return `${columns.slice(0, -1)},"body":${marked.text}}`;
  }

  private async drain(): Promise<void> {
    await Promise.resolve(); // Lets the decisions of this tick join.
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, GROUP);
      try {
        await this.write(
          this.dataSource,
          group.map(({ event }) => event),
        );
        for (const { done } of group) done();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    this.writing = undefined;
  }
}
