import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DueWork } from '../database/index.js';
import { MailDeliveries } from './mail-deliveries.js';
import { Outbox } from './outbox.js';

/** Looks every second for letters that have yet to be sent. */
@Injectable()
export class MailWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work = new DueWork({
    context: 'mail',
    everyMs: 1_000,
    atOnce: 5,
    claim: (free) => this.deliveries.claim(free),
    run: (due) => this.deliveries.deliver(due),
  });

  constructor(
    private readonly deliveries: MailDeliveries,
    private readonly outbox: Outbox,
  ) {}

  onApplicationBootstrap(): void {
    if (this.outbox.isOpen) this.work.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.work.stop();
  }
}
