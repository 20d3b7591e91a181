import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { isDatabaseUnavailable } from '../../database/index.js';
import { PayloadSweep } from './payload-sweep.js';
import { SubjectKeyResealing } from './subject-key-resealing.js';
import { SubjectKeys } from './subject-keys.js';

const FORGET_MS = 10_000;
const SWEEP_MS = 3_600_000;

/** Forgets within seconds the keys that another replica has destroyed, and sweeps about every hour. */
@Injectable()
export class PayloadClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('audit');
  private readonly timers: NodeJS.Timeout[] = [];
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly keys: SubjectKeys,
    private readonly sweep: PayloadSweep,
    private readonly resealing: SubjectKeyResealing,
  ) {}

  onApplicationBootstrap(): void {
    this.next(() => this.resealing.run());
    this.every(FORGET_MS, () => this.keys.forgetDestroyed());
    this.every(SWEEP_MS, () => this.sweep.run());
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.running;
  }

  private every(ms: number, work: () => Promise<void>): void {
    const timer = setInterval(() => this.next(work), ms);
    timer.unref();
    this.timers.push(timer);
  }

  /** One at a time. */
  private next(work: () => Promise<void>): void {
    this.running = this.running.then(work).catch((error: unknown) => {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    });
  }
}
