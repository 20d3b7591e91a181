import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog } from '../audit-log.js';
import { columnsOf, type AuditEventBody } from '../audit-row.js';
import { EventMarks } from '../event-marks.js';
import { AuditExports } from './audit-exports.js';
import { canonical } from './canonical.js';
import type { Finding, Verified } from './export-finding.js';
import type { EventLine, ExportLine } from './export-lines.js';
import { ExportVerifier } from './export-verifier.js';
import { TreeDamaged } from './tree-store.js';

const PAGE = 1_000;

/** Holds the trail in the database against what was signed, as the offline verifier does with an export. */
@Injectable()
export class AuditVerification {
  constructor(
    private readonly dataSource: DataSource,
    private readonly exports: AuditExports,
    private readonly audit: AuditLog,
    private readonly marks: EventMarks,
  ) {}

  /** Everything from one place up to another; a finding is recorded. */
  async verify(from: number, to: number): Promise<Verified> {
    const verifier = new ExportVerifier();
    let found: Finding | undefined;
    let damaged: Finding | undefined;
    try {
      found = await this.compare(verifier, this.exports.everything(from, to));
    } catch (error) {
      if (!(error instanceof TreeDamaged)) throw error;
      damaged = { flaw: error.flaw, message: error.message };
    }
    const verified = verifier.end();
    const finding = damaged ?? (await this.sharpened(verified.finding ?? found));
    if (finding) await this.record(finding);
    return { ...verified, ...(finding && { finding }) };
  }

  /** Answers the first event whose columns contradict it. */
  private async compare(
    verifier: ExportVerifier,
    lines: AsyncIterable<ExportLine>,
  ): Promise<Finding | undefined> {
    let found: Finding | undefined;
    let batch: EventLine[] = [];
    for await (const line of lines) {
      verifier.read(JSON.stringify(line));
      if (verifier.isDecided) break;
      if (isEvent(line)) batch.push(line);
      if (batch.length < PAGE) continue;
      found ??= await this.contradiction(batch);
      batch = [];
    }
    return found ?? this.contradiction(batch);
  }

  /** Searches go by columns; they must say what the event says. */
  private async contradiction(batch: readonly EventLine[]): Promise<Finding | undefined> {
    const rows = await this.dataSource.query<Record<string, unknown>[]>(
      'SELECT * FROM audit_events WHERE event_id = ANY($1::uuid[])',
      [batch.map(({ event_id }) => event_id)],
    );
    const byId = new Map(rows.map((row) => [row['event_id'], row]));
    for (const event of batch) {
      const { integrity, ...body } = event;
      const row = byId.get(event.event_id);
      const column = row && contradicting(row, body);
      if (column === undefined || !integrity) continue;
      const message = `The column ${column} of the event at seq ${integrity.seq} does not say what the event says.`;
      return { flaw: 'changed', message, seq: integrity.seq, event_id: event.event_id };
    }
    return undefined;
  }

  /** Of several events of which one was changed with its hash, the one without a mark of this server. */
  private async sharpened(finding: Finding | undefined): Promise<Finding | undefined> {
    if (finding?.flaw !== 'changed' || finding.event_id !== undefined || finding.until === undefined)
      return finding;
    const rows = await this.dataSource.query<{ seq: string; mac: string | null; body: AuditEventBody }[]>(
      `SELECT l.seq, e.mac, e.body FROM audit_leaves l JOIN audit_events e USING (event_id)
       WHERE l.seq >= $1 AND l.seq < $2 ORDER BY l.seq`,
      [finding.seq, finding.until],
    );
    const bad = rows.find(
      ({ mac, body }) => mac !== null && this.marks.judge(canonical(body), mac) === 'forged',
    );
    if (!bad) return finding;
    const message = `The event at seq ${bad.seq} was changed, and its hash with it.`;
    return { flaw: 'changed', message, seq: Number(bad.seq), event_id: bad.body.event_id };
  }

  private async record({ flaw, message, seq, event_id }: Finding): Promise<void> {
    await this.audit.decide({
      type: 'audit.verification.failed',
      outcome: { result: 'error', reason: flaw },
      details: {
        finding: message,
        ...(seq !== undefined && { seq }),
        ...(event_id !== undefined && { event_id }),
      },
    });
  }
}

const isEvent = (line: ExportLine): line is EventLine => 'event_id' in line;

function contradicting(row: Readonly<Record<string, unknown>>, event: AuditEventBody): string | undefined {
  return Object.entries(columnsOf(event)).find(([column, value]) => {
    const stored = row[column];
    return (stored instanceof Date ? stored.toISOString() : stored) !== value;
  })?.[0];
}
