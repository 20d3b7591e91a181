import { AsyncLocalStorage } from 'node:async_hooks';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { isDatabaseUnavailable, isRehearsing } from '../../database/index.js';
import { AuditSealer } from './audit-sealer.js';
import { SealReports } from './seal-reports.js';
import { TreeDamaged } from './tree-store.js';

const EVERY_MS = 1_000;
/** A damaged tree does not heal; look again now and then, for when it was restored. */
const DAMAGED_MS = 60_000;

/** Seals about every second, and once more before the process ends. */
@Injectable()
export class SealClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('audit');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private restUntil = 0;
  /** Whoever asks for it, sealing is nobody's request. */
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(
    private readonly sealer: AuditSealer,
    private readonly reports: SealReports,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      if (performance.now() >= this.restUntil) void this.sealNow();
    }, EVERY_MS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
    await this.sealNow();
  }

  /** Seals what there is by now, unless another replica is at it. */
  async sealNow(): Promise<void> {
    // A rehearsal is rolled back, and has the only connection of an embedded database.
    if (isRehearsing()) return;
    this.running ??= this.outside(() => this.work()).finally(() => (this.running = undefined));
    await this.running;
  }

  private async work(): Promise<void> {
    try {
      while (await this.sealer.seal());
    } catch (error) {
      if (isDatabaseUnavailable(error)) return;
      if (!(error instanceof TreeDamaged)) return this.logger.error(error);
      this.restUntil = performance.now() + DAMAGED_MS;
      await this.reports.damaged(error);
    }
  }
}
