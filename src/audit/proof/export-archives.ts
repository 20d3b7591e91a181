import type { JWK } from 'jose';
import { openArchive, type Archive } from './archive-statement.js';
import { Found } from './export-finding.js';
import type { ArchivedLine, ArchiveLine } from './export-lines.js';

/** Holds what an export says of archived events against what was signed of their archives. */
export class ExportArchives {
  private readonly archives = new Map<string, Archive>();
  private taken = 0;

  /** Events that are in archives. */
  get count(): number {
    return this.taken;
  }

  /** Partitions that were archived, as far as the export needs them. */
  get names(): string[] {
    return [...this.archives.keys()];
  }

  /** @throws Found when the statement is not of this trail, or not about these places. */
  begin(
    { archive }: ArchiveLine,
    trail: { chainUid: string; keys: ReadonlyMap<string, JWK> },
    line: number,
  ): void {
    const { partition, statement, places } = archive;
    const opened = openArchive({ statement, places: Buffer.from(places, 'base64') }, (kid) =>
      trail.keys.get(kid),
    );
    if (opened?.claims.partition === partition && opened.claims.chain_uid === trail.chainUid)
      this.archives.set(partition, opened);
    else {
      const message = `What says that ${partition} was archived is not what a key of this trail has signed.`;
      throw new Found({ flaw: 'forged_archive', message, line });
    }
  }

  /** @throws Found when these events are not among those that were archived. */
  take({ archived }: ArchivedLine, line: number): void {
    const { partition, from, to } = archived;
    const run = this.archives.get(partition)?.places.at(from);
    if (!run || run.to < to) {
      const seq = run ? run.to : from;
      const message = `The event at seq ${seq} is missing: it was not archived with ${partition}.`;
      throw new Found({ flaw: 'missing', message, line, seq });
    }
    this.taken += to - from;
  }
}
