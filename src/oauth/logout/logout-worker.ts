import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DueWork } from '../../database/index.js';
import { LogoutDeliveries } from './logout-deliveries.js';

/** Looks every second for clients that have yet to be told of a sign-out. */
@Injectable()
export class LogoutWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work = new DueWork({
    context: 'logout',
    everyMs: 1_000,
    // Wide, so that apps which do not answer hold nobody up.
    atOnce: 50,
    claim: (free) => this.deliveries.claim(free),
    run: (due) => this.deliveries.deliver(due),
  });

  constructor(private readonly deliveries: LogoutDeliveries) {}

  onApplicationBootstrap(): void {
    this.work.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.work.stop();
  }
}
