import type { JWK } from 'jose';
import { CheckpointTrail } from './checkpoint-trail.js';
import type { SignedCheckpoint } from './checkpoint.js';
import { ExportArchives } from './export-archives.js';
import { integrityOf, leafOfLine } from './export-events.js';
import { Found, type Finding, type Verified } from './export-finding.js';
import type {
  ArchivedLine,
  ArchiveLine,
  CheckpointLine,
  EventLine,
  LeftOutLine,
  TrailLine,
} from './export-lines.js';
import { subtreesOf, TreeEdge } from './merkle.js';

/** Whom to believe beside the export itself. */
export interface Trust {
  /** Keys that may have signed; without them those that the export names. */
  readonly keys?: readonly JWK[];
  /** A checkpoint that was kept elsewhere. */
  readonly anchor?: SignedCheckpoint;
}

/**
 * Verifies an export line by line, with nothing but the export and what is trusted. The first thing that is wrong is
 * what it finds; the lines after that are only read to tell a row that was moved from one that is gone.
 */
export class ExportVerifier {
  private readonly tree = new TreeEdge();
  private readonly trail: CheckpointTrail;
  private readonly archives = new ExportArchives();
  private header: TrailLine['trail'] | undefined;
  private line = 0;
  private events = 0;
  private leftOut = 0;
  private finding: Finding | undefined;

  constructor(trust: Trust = {}) {
    this.trail = new CheckpointTrail(trust);
  }

  /** One line of the file, without its end. */
  read(text: string): void {
    this.line++;
    if (text.trim() === '') return;
    try {
      if (this.finding) this.search(text);
      else this.take(this.parse(text));
    } catch (error) {
      if (!(error instanceof Found)) throw error;
      this.finding ??= error.finding;
    }
  }

  /** Whether nothing more needs to be read. */
  get isDecided(): boolean {
    return this.finding !== undefined && this.finding.flaw !== 'missing';
  }

  end(): Verified {
    try {
      if (!this.finding) this.checkEnd();
    } catch (error) {
      if (!(error instanceof Found)) throw error;
      this.finding = error.finding;
    }
    return {
      ...(this.finding && { finding: this.finding }),
      events: this.events,
      leftOut: this.leftOut,
      archived: this.archives.count,
      archives: this.archives.names,
      checkpoints: this.trail.count,
      treeSize: this.tree.size,
      sealed: this.header?.tree_size ?? 0,
      ...(this.header && { chainUid: this.header.chain_uid }),
      kids: this.trail.kids,
      remarks: this.trail.remarks,
    };
  }

  private parse(text: string): object {
    try {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed === 'object' && parsed !== null) return parsed;
    } catch {
      // Told below, with the line.
    }
    throw new Found({ flaw: 'unreadable', message: 'The line is not JSON.', line: this.line });
  }

  private take(line: object): void {
    if ('trail' in line) this.takeHeader(line as TrailLine);
    else if ('left_out' in line) this.takeLeftOut(line as LeftOutLine);
    else if ('archive' in line) this.takeArchive(line as ArchiveLine);
    else if ('archived' in line) this.takeArchived(line as ArchivedLine);
    else if ('checkpoint' in line) this.takeCheckpoint(line as CheckpointLine);
    else this.takeEvent(line as EventLine);
  }

  private takeHeader({ trail }: TrailLine): void {
    if (this.header) throw this.found('not_one_trail', 'A second export begins here.');
    this.header = trail;
    this.trail.begin(trail);
  }

  private takeEvent(event: EventLine): void {
    const { seq, chain_uid } = integrityOf(event, this.line);
    const at = { seq, event_id: event.event_id };
    if (chain_uid !== this.expectHeader().chain_uid)
      throw this.found('not_one_trail', `The event at seq ${seq} is of another trail.`, at);
    if (seq < this.tree.size)
      throw this.found('reordered', `The event at seq ${seq} comes a second time, or too late.`, at);
    if (seq > this.tree.size) throw this.missing();
    const { hash } = leafOfLine(event, this.line);
    this.tree.append(hash);
    this.trail.grown(this.tree);
    this.events++;
  }

  private takeLeftOut({ left_out: { from, to, hashes } }: LeftOutLine): void {
    const { complete } = this.expectHeader();
    if (from > this.tree.size) throw this.missing();
    if (from !== this.tree.size || (complete && from < complete.to && to > complete.from))
      throw this.found('missing', `The events from seq ${from} to ${to - 1} are not in the export.`, {
        seq: from,
      });
    this.skip(from, to, hashes);
    this.leftOut += to - from;
  }

  private takeArchive(line: ArchiveLine): void {
    const { chain_uid: chainUid } = this.expectHeader();
    this.archives.begin(line, { chainUid, keys: this.trail.keys }, this.line);
  }

  private takeArchived(line: ArchivedLine): void {
    const { from, to, hashes } = line.archived;
    this.expectHeader();
    if (from > this.tree.size) throw this.missing();
    this.archives.take(line, this.line);
    this.skip(from, to, hashes);
  }

  private skip(from: number, to: number, hashes: readonly string[]): void {
    const subtrees = subtreesOf(from, to);
    if (from !== this.tree.size || subtrees.length !== hashes.length)
      throw this.found('unreadable', `The hashes for seq ${from} to ${to - 1} are not complete.`);
    subtrees.forEach(({ bits }, at) => this.tree.append(Buffer.from(hashes[at]!, 'base64url'), bits));
    this.trail.skipped(this.tree);
  }

  private takeCheckpoint({ checkpoint }: CheckpointLine): void {
    this.expectHeader();
    this.trail.take(checkpoint, this.tree, this.line);
  }

  private checkEnd(): void {
    const { tree_size } = this.expectHeader();
    if (this.tree.size < tree_size) {
      const message = `The export ends before seq ${this.tree.size}; it should go to seq ${tree_size - 1}. Its end is cut off.`;
      throw new Found({ flaw: 'cut', message, seq: this.tree.size });
    }
    this.trail.end(this.tree);
  }

  /** After a row was missed: is it further down? */
  private search(text: string): void {
    if (this.finding?.flaw !== 'missing' || this.finding.seq === undefined) return;
    const { seq } = this.finding;
    if (!text.includes(`"seq":${seq}`)) return;
    const event = this.parse(text) as EventLine;
    if (event.integrity?.seq !== seq) return;
    const message = `The event at seq ${seq} is not where it belongs: it is on line ${this.line}.`;
    this.finding = { flaw: 'reordered', message, line: this.line, seq, event_id: event.event_id };
  }

  private missing(): Found {
    const seq = this.tree.size;
    return this.found('missing', `The event at seq ${seq} is missing.`, { seq });
  }

  private expectHeader(): TrailLine['trail'] {
    if (this.header) return this.header;
    throw this.found('unreadable', 'The first line of an export, which tells of the trail, is missing.');
  }

  private found(flaw: Finding['flaw'], message: string, more: Partial<Finding> = {}): Found {
    return new Found({ flaw, message, line: this.line, ...more });
  }
}
