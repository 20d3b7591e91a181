import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { isRehearsing } from '../database/index.js';
import { currentAudit, type AuditContext } from './audit-context.js';
import type { AuditFact } from './audit-fact.js';
import { toRow, type AuditRow } from './audit-row.js';
import { noteRehearsed } from './audit-rehearsal.js';
import { EventMarks } from './event-marks.js';

/** Rows of one statement of a group commit; more wait for the next. */
const GROUP = 500;

const COLUMNS = `event_id, retention, type, schema_version, time, severity, result, reason, actor_type, actor_id, user_id,
  client_id, grant_id, session_id, tool, args_hmac, jti, ip, user_agent, request_id, correlation_id, body, mac`;

/**
 * Inserts the rows that `AuditLog.prepare` made; `parameter` is where they are, such as `$1`. For statements that
 * make a change and record it at once.
 */
export const insertAudit = (parameter: string): string => `
INSERT INTO audit_events (${COLUMNS})
SELECT ${COLUMNS}
FROM jsonb_to_recordset(${parameter}::jsonb) AS r (event_id uuid, retention text, type text,
  schema_version integer, time timestamptz,
  severity text, result text, reason text, actor_type text, actor_id text, user_id text, client_id text, grant_id text,
  session_id text, tool text, args_hmac text, jti text, ip text, user_agent text, request_id text, correlation_id text, body jsonb,
  mac text)`;

const INSERT = insertAudit('$1');

/** Audit rows as a parameter of a statement; call `recorded` when that has been run. */
export interface PreparedAudit {
  readonly rows: string;
  readonly recorded: () => void;
}

type MarkedRow = AuditRow & { readonly mac: string };

interface Waiting {
  readonly row: MarkedRow;
  readonly done: (eventId: string) => void;
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
  ) {}

  /** Records facts in the caller's transaction: they commit together with the change they tell of. */
  async record(tx: EntityManager, ...facts: readonly AuditFact[]): Promise<void> {
    const { rows, recorded } = this.prepare(...facts);
    await tx.query(INSERT, [rows]);
    recorded();
  }

  /** For a statement that makes the change and records it in one round trip, with `insertAudit` in it. */
  prepare(...facts: readonly AuditFact[]): PreparedAudit {
    const context = currentAudit();
    const rows = facts.map((fact) => this.rowOf(fact, context));
    noteRehearsed(rows);
    return {
      rows: JSON.stringify(rows),
      recorded: () => {
        if (context) context.lastEventId = rows.at(-1)!.event_id;
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
    const row = this.rowOf(fact, context);
    await new Promise<string>((done, failed) => {
      this.waiting.push({ row, done, failed });
      this.writing ??= this.drain();
    });
    if (context) context.lastEventId = row.event_id;
    return row.event_id;
  }

  /** It must not join the decisions of others, which stay. */
  private async rehearsed(fact: AuditFact): Promise<string> {
    await this.record(this.dataSource.manager, fact);
    return currentAudit()?.lastEventId ?? '';
  }

  private rowOf(fact: AuditFact, context: AuditContext | undefined): MarkedRow {
    const { name, args } = fact.tool ?? {};
    const argsHmac =
      name === undefined || args === undefined ? undefined : this.marks.ofArguments(name, args);
    const row = toRow(fact, context, argsHmac);
    return { ...row, mac: this.marks.of(row.body) };
  }

  private async drain(): Promise<void> {
    await Promise.resolve(); // Lets the decisions of this tick join.
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, GROUP);
      try {
        await this.dataSource.query(INSERT, [JSON.stringify(group.map(({ row }) => row))]);
        for (const { row, done } of group) done(row.event_id);
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    this.writing = undefined;
  }
}
