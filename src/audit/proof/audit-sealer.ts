import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Arrivals } from './arrivals.js';
import { ArrivedEvents } from './arrived-events.js';
import { SealReports } from './seal-reports.js';
import { TreeGrowth } from './tree-growth.js';

/** "seal" in ASCII: one replica at a time adds to the tree. */
const SEAL_LOCK = 0x7365616c;

/** What one replica knows of what has arrived; good as long as the tree has that many leaves. */
interface Known {
  readonly treeSize: number;
  readonly arrivals: Arrivals;
}

/** Gives committed events their places in the tree, in batches, and signs what the tree is then. */
@Injectable()
export class AuditSealer {
  private known: Known | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly events: ArrivedEvents,
    private readonly growth: TreeGrowth,
    private readonly reports: SealReports,
  ) {}

  /** Seals one batch. Answers whether there is more to seal. */
  async seal(): Promise<boolean> {
    if (await this.isIdle()) return false;
    try {
      return await this.dataSource.transaction(async (tx) => {
        const [lock] = await tx.query<{ mine: boolean }[]>('SELECT pg_try_advisory_xact_lock($1) AS mine', [
          SEAL_LOCK,
        ]);
        return lock?.mine === true && (await this.sealBatch(tx));
      });
    } catch (error) {
      // What was noted in it has not been sealed.
      this.known = undefined;
      throw error;
    }
  }

  private async isIdle(): Promise<boolean> {
    if (!this.known || this.known.arrivals.missing.length > 0) return false;
    return (await this.events.newest(this.dataSource.manager)) === this.known.arrivals.newest;
  }

  private async sealBatch(tx: EntityManager): Promise<boolean> {
    const head = await this.growth.head(tx);
    await this.reports.rolledBack(tx, this.known?.treeSize ?? 0, head.treeSize);
    const arrivals =
      this.known?.treeSize === head.treeSize ? this.known.arrivals : new Arrivals(head.settled);
    const { leaves, foreign, more, waits } = await this.events.read(tx, arrivals, head.unmarkedUntil);
    if (waits) {
      this.known = undefined;
      return false;
    }
    await this.reports.foreign(tx, foreign);
    this.known = { treeSize: head.treeSize + leaves.length, arrivals };
    if (leaves.length === 0) return more;
    const checkpoint = await this.growth.grow(tx, head, leaves, arrivals.settled);
    await this.reports.sealed(tx, checkpoint, leaves);
    return more;
  }
}
