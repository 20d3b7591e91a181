import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DueWork } from '../../database/index.js';
import { StreamDelivery } from './stream-delivery.js';

/** Looks twice a second for streams that have something to deliver. */
@Injectable()
export class StreamWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopping = false;
  private readonly work = new DueWork({
    context: 'audit',
    everyMs: 500,
    // A collector that does not answer holds up its own stream only.
    atOnce: Infinity,
    claim: () => this.delivery.claim(),
    run: (id) => this.run(id),
  });

  constructor(private readonly delivery: StreamDelivery) {}

  onApplicationBootstrap(): void {
    this.work.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    return this.work.stop();
  }

  private async run(id: string): Promise<void> {
    while (!this.stopping && (await this.delivery.step(id)));
  }
}
