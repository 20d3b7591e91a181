import { AsyncLocalStorage } from 'node:async_hooks';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { isDatabaseUnavailable } from '../../database/index.js';
import { AlertWatch } from '../alerts/alert-watch.js';
import { DueExports } from './due-exports.js';
import { ExportFiles } from './export-files.js';

const EVERY_MS = 15_000;

/** Looks a few times a minute whether a scheduled export is due or an alert is to be raised. */
@Injectable()
export class ScheduleClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('audit');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopping = false;
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(
    private readonly due: DueExports,
    private readonly files: ExportFiles,
    private readonly alerts: AlertWatch,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), EVERY_MS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  private look(): void {
    this.running ??= this.outside(() => this.work()).finally(() => (this.running = undefined));
  }

  /** One that fails does not keep the others from being done. */
  private async work(): Promise<void> {
    const stopped = () => this.stopping;
    for (const work of [() => this.due.order(), () => this.files.run(stopped), () => this.alerts.run()])
      if (!this.stopping)
        await work().catch((error: unknown) => {
          if (!isDatabaseUnavailable(error)) this.logger.error(error);
        });
  }
}
