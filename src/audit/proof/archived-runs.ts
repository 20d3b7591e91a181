import type { EntityManager } from 'typeorm';
import type { ArchiveLine, ExportLine, Range } from './export-lines.js';
import { LeafWindow } from './leaf-window.js';
import { PlacesCursor, type Run } from './places.js';

interface Listed {
  readonly name: string;
  readonly first: string;
  readonly last: string;
}

/** One whose places are being gone through. */
interface Open {
  readonly name: string;
  readonly last: number;
  readonly places: PlacesCursor | undefined;
}

const LIST = `
SELECT name, first_seq AS first, last_seq AS last FROM audit_partitions
WHERE statement IS NOT NULL AND places IS NOT NULL AND first_seq < $2 AND last_seq >= $1 ORDER BY first_seq`;

/** What a complete export says where an event is in an archive and no longer in the database. */
export class ArchivedRuns {
  private waiting: Listed[] | undefined;
  private open: Open[] = [];

  constructor(
    private readonly tx: EntityManager,
    private readonly window: LeafWindow,
    private readonly range: Range,
  ) {}

  /** Lines for places from one on, as far as archives have them; `next` is where the following event belongs. */
  async *lines(from: number, to: number): AsyncGenerator<{ line: ExportLine; next: number }> {
    for (let at = from; at < to;) {
      for (const line of await this.begun(at)) yield { line, next: at };
      const found = this.find(at);
      if (!found) return;
      const end = Math.min(found.run.to, to, at + LeafWindow.SPAN);
      const checkpoints = await this.window.checkpointsIn(at, end);
      for (const { size, jws } of [...checkpoints, { size: end, jws: undefined }]) {
        if (size > at) {
          const hashes = await this.window.roots(at, size);
          if (!hashes) return;
          const archived = { partition: found.name, from: at, to: size, hashes: hashes.map(encoded) };
          yield { line: { archived }, next: size };
          at = size;
        }
        if (jws !== undefined) yield { line: { checkpoint: jws }, next: at };
      }
    }
  }

  /** What is signed of the archives that begin by now; whether it is good is for the verifier to say. */
  private async begun(at: number): Promise<ArchiveLine[]> {
    this.waiting ??= await this.tx.query<Listed[]>(LIST, [this.range.from, this.range.to]);
    const lines: ArchiveLine[] = [];
    while (this.waiting[0] && Number(this.waiting[0].first) <= at) {
      const { name, last } = this.waiting.shift()!;
      const [row] = await this.tx.query<{ statement: string; places: Buffer }[]>(
        'SELECT statement, places FROM audit_partitions WHERE name = $1',
        [name],
      );
      this.open.push({ name, last: Number(last), places: cursorOf(row!.places) });
      lines.push({
        archive: { partition: name, statement: row!.statement, places: row!.places.toString('base64') },
      });
    }
    this.open = this.open.filter((one) => one.last >= at);
    return lines;
  }

  private find(at: number): { name: string; run: Run } | undefined {
    for (const { name, places } of this.open) {
      const run = places?.at(at);
      if (run) return { name, run };
    }
    return undefined;
  }
}

/** `undefined`: somebody has written something else there. */
function cursorOf(places: Buffer): PlacesCursor | undefined {
  try {
    return new PlacesCursor(places);
  } catch {
    return undefined;
  }
}

const encoded = (hash: Buffer): string => hash.toString('base64url');
