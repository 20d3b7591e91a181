import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEventBody } from '../audit-row.js';
import { readJws, type CheckpointClaims } from './checkpoint.js';
import { Checkpoints } from './checkpoints.js';
import type { EventLine, ExportLine, Range, TrailLine } from './export-lines.js';
import { eventsAndDetached } from './detached-events.js';
import { ProvenExport, type SealedEvent } from './proven-export.js';
import { SealClock } from './seal-clock.js';
import { TreeDamaged, TreeStore } from './tree-store.js';

const PAGE = 1_000;
/** So many places are looked at in one statement, however few of their events are still there. */
const WINDOW = 5_000;

interface Row {
  readonly seq: string;
  readonly hash: Buffer;
  readonly arrival: string;
  readonly body: AuditEventBody;
}

/** Exports that prove themselves. */
@Injectable()
export class AuditExports {
  constructor(
    private readonly dataSource: DataSource,
    private readonly checkpoints: Checkpoints,
    private readonly store: TreeStore,
    private readonly clock: SealClock,
  ) {}

  /**
   * Seals what there is by now, and takes its measure. Read events in the order of `audit_leaves.seq`, below
   * `treeSize`: a filter's choice of them, or all, so that one that is gone shows.
   */
  begin(choice: 'filtered' | 'complete'): Promise<ProvenExport> {
    return this.beginWith((to) => (choice === 'complete' ? { from: 0, to } : null));
  }

  /** The same again: what was sealed since is not in it. */
  again({ header, checkpoint: jws }: { header: TrailLine; checkpoint: string }): ProvenExport {
    const { header: protectedHeader, payload } = readJws(jws)!;
    const checkpoint = { claims: payload as CheckpointClaims, kid: String(protectedHeader['kid']), jws };
    return new ProvenExport({ tx: this.dataSource.manager, store: this.store, checkpoint, header });
  }

  /** Every line of an export of all events, or of all from one place up to another. Constant memory. */
  async *everything(from = 0, to = Infinity): AsyncGenerator<ExportLine> {
    let range: Range = { from, to };
    const proven = await this.beginWith(
      (size) => (range = { from: Math.min(from, size), to: Math.min(to, size) }),
    );
    yield proven.header;
    let known = -1;
    for await (const page of this.pages(range)) {
      yield* proven.lines(page.events);
      yield* this.unsealed(known, page.arrived);
      known = Math.max(known, page.arrived);
    }
    yield* proven.end();
  }

  private async beginWith(complete: (treeSize: number) => Range | null): Promise<ProvenExport> {
    await this.clock.sealNow();
    const jws = await this.store.latest(this.dataSource.manager);
    if (jws === undefined) throw new TreeDamaged('there is no checkpoint', 'cut');
    const checkpoint = await this.checkpoints.open(jws);
    if (!checkpoint)
      throw new TreeDamaged(
        'the latest checkpoint is not signed by a key of this trail',
        'forged_checkpoint',
      );
    const { chain_uid, tree_size } = checkpoint.claims;
    const keys = [...(await this.checkpoints.publicKeys()).values()];
    const header = {
      trail: {
        format: 1,
        chain_uid,
        time: new Date().toISOString(),
        tree_size,
        complete: complete(tree_size),
        keys,
      },
    } as const;
    return new ProvenExport({ tx: this.dataSource.manager, store: this.store, checkpoint, header });
  }

  private async *pages({ from, to }: Range): AsyncGenerator<{ events: SealedEvent[]; arrived: number }> {
    const events = await eventsAndDetached(this.dataSource.manager);
    for (let next = from; next < to;) {
      const end = Math.min(to, next + WINDOW);
      const rows = await this.dataSource.query<Row[]>(
        `SELECT l.seq, l.leaf_hash AS hash, e.arrival, e.body FROM audit_leaves l JOIN ${events} e USING (event_id)
         WHERE l.seq >= $1 AND l.seq < $2 ORDER BY l.seq LIMIT ${PAGE}`,
        [next, end],
      );
      next = rows.length < PAGE ? end : Number(rows.at(-1)!.seq) + 1;
      if (rows.length === 0) continue;
      const page = rows.map(({ seq, hash, body }) => ({ seq: Number(seq), leafHash: hash, body }));
      yield { events: page, arrived: Math.max(...rows.map(({ arrival }) => Number(arrival))) };
    }
  }

  /** Events among those of a page that the sealer has passed over: they were not written by this server. */
  private async *unsealed(after: number, until: number): AsyncGenerator<EventLine> {
    const settled = (await this.checkpoints.latest())?.claims.settled ?? 0;
    const rows = await this.dataSource.query<{ body: AuditEventBody }[]>(
      `SELECT body FROM audit_events e WHERE arrival > $1 AND arrival <= $2
         AND NOT EXISTS (SELECT FROM audit_leaves l WHERE l.event_id = e.event_id) ORDER BY arrival LIMIT ${PAGE}`,
      [after, Math.min(until, settled)],
    );
    for (const { body } of rows) yield body;
  }
}
