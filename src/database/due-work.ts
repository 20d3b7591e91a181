import { Logger } from '@nestjs/common';
import { isDatabaseUnavailable } from './database-unavailable.js';

export interface DueWorkOptions<T> {
  /** Where errors are logged. */
  readonly context: string;
  readonly everyMs: number;
  /** How many at once. */
  readonly atOnce: number;
  /** Takes at most so many that are due; nobody else gets them meanwhile. */
  readonly claim: (free: number) => Promise<readonly T[]>;
  readonly run: (due: T) => Promise<void>;
}

/** Looks every so often for work that waits in the database, and does several at once. */
export class DueWork<T> {
  private readonly logger: Logger;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly options: DueWorkOptions<T>) {
    this.logger = new Logger(options.context);
  }

  start(): void {
    this.timer = setInterval(() => {
      this.looking ??= this.quietly(this.look()).finally(() => (this.looking = undefined));
    }, this.options.everyMs);
    this.timer.unref();
  }

  /** What is under way is finished. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
    await Promise.all(this.underWay);
  }

  private async look(): Promise<void> {
    const { atOnce, claim, run } = this.options;
    const free = atOnce - this.underWay.size;
    if (free === 0) return;
    for (const due of await claim(free)) {
      const attempt = this.quietly(run(due)).finally(() => this.underWay.delete(attempt));
      this.underWay.add(attempt);
    }
  }

  /** A database that is away is asked again at the next look. */
  private async quietly(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    }
  }
}
