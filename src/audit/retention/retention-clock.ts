import { AsyncLocalStorage } from 'node:async_hooks';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { isDatabaseUnavailable, makePartitions, OwnerConnection } from '../../database/index.js';
import { AuditPartition } from './audit-partition.entity.js';
import { LegalHold } from './legal-hold.js';
import { RetentionPolicy } from './retention-policy.js';
import { RetentionRun } from './retention-run.js';

const EVERY_MS = 3_600_000;
/** Other things come first when a process starts. */
const FIRST_MS = 2_000;

/** "keep" in ASCII: one replica at a time. Whoever dies gives it back with their connection. */
const KEEP_LOCK = 0x6b656570;

/** Every hour: partitions for the months to come, and those whose time is over on their way out. */
@Injectable()
export class RetentionClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('audit');
  private readonly timers: NodeJS.Timeout[] = [];
  private running: Promise<void> | undefined;
  private stopping = false;
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(
    private readonly connection: OwnerConnection,
    private readonly policy: RetentionPolicy,
    private readonly hold: LegalHold,
    private readonly retention: RetentionRun,
  ) {}

  onApplicationBootstrap(): void {
    if (this.policy.takesOut || this.policy.hold !== undefined)
      this.timers.push(setTimeout(() => void this.look(), FIRST_MS).unref());
    this.timers.push(setInterval(() => void this.look(), EVERY_MS).unref());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.running;
  }

  /** Answers when it is over. */
  async look(now = new Date()): Promise<void> {
    this.running ??= this.outside(() => this.work(now))
      .catch((error: unknown) => {
        if (!isDatabaseUnavailable(error)) this.logger.error(error);
      })
      .finally(() => (this.running = undefined));
    await this.running;
  }

  /** Once through all of it, unless another replica is at it. */
  private async work(now: Date): Promise<void> {
    if (!this.connection.ownsTheTrail) return;
    await this.connection.use([AuditPartition], (owner) =>
      this.alone(owner, async () => {
        await makePartitions(owner, now);
        await this.connection.grant(owner);
        await this.hold.tell(owner);
        const { folder } = this.policy;
        if (folder === undefined) return;
        await this.retention.run(owner, { now, folder, stopped: () => this.stopping });
      }),
    );
  }

  private async alone(owner: DataSource, work: () => Promise<void>): Promise<void> {
    // One process has the embedded database, and one connection.
    if (this.connection.isEmbedded) return work();
    const runner = owner.createQueryRunner();
    try {
      const [lock] = (await runner.query('SELECT pg_try_advisory_lock($1) AS mine', [KEEP_LOCK])) as [
        { mine: boolean },
      ];
      if (!lock.mine) return;
      try {
        await work();
      } finally {
        await runner.query('SELECT pg_advisory_unlock($1)', [KEEP_LOCK]);
      }
    } finally {
      await runner.release();
    }
  }
}
