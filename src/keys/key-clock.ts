import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { isDatabaseUnavailable } from '../database/index.js';
import { RevocationLedger } from '../revocation/index.js';
import { KeyRing } from './key-ring.js';
import { KeyRotation } from './key-rotation.js';
import { VIEW_MS } from './key-times.js';

const LOOK_MS = 200;
const FIRST_KEYS_MS = 20_000;

/** Keeps this replica's view of the keys young, and the keys themselves. */
@Injectable()
export class KeyClock implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('keys');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private busy = false;

  constructor(
    private readonly config: AppConfig,
    private readonly ring: KeyRing,
    private readonly rotation: KeyRotation,
    private readonly ledger: RevocationLedger,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.rotation.start();
    await this.ring.refresh(0);
    this.ring.checkUsable();
    await this.firstKeys();
    this.timer = setInterval(() => this.tickInBackground(), VIEW_MS);
    // The ledger's notice of a compromised key comes at once.
    this.ledger.onEnded((rows) => {
      if (rows.some(({ kind }) => kind === 'kid')) this.inBackground(this.ring.refresh(0));
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** An algorithm that was added to the configuration has no key that signs before the other replicas publish it. */
  private async firstKeys(): Promise<void> {
    const deadline = performance.now() + FIRST_KEYS_MS;
    while (this.config.signingAlgorithms.slice(1).some((alg) => !this.ring.signs(alg))) {
      if (performance.now() > deadline) return;
      await sleep(LOOK_MS);
      await this.tick(LOOK_MS / 2);
    }
  }

  private async tick(olderThanMs: number): Promise<void> {
    await this.ring.refresh(olderThanMs);
    if (!this.rotation.isDue()) return;
    await this.rotation.doWhatIsDue();
    await this.ring.refresh(0);
  }

  private tickInBackground(): void {
    if (this.busy) return;
    this.busy = true;
    this.inBackground(this.tick(VIEW_MS / 2).finally(() => (this.busy = false)));
  }

  private inBackground(work: Promise<void>): void {
    this.running = work.catch((error: unknown) => {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    });
  }
}
