import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/index.js';
import { isDatabaseUnavailable } from '../database/index.js';
import { ClientSweep } from './clients/client-sweep.js';

/** "swee" in ASCII: one replica sweeps at a time. */
const SWEEP_LOCK = 0x73776565;
const EVERY_MS = 60_000;

/** What is kept a while after it expired, so that a replay is still recognised as one. */
const SWEEPS: readonly string[] = [
  `UPDATE refresh_tokens SET sealed_answer = NULL WHERE sealed_answer IS NOT NULL AND used_at < now() - make_interval(secs => $1)`,
  `DELETE FROM authorization_codes WHERE expires_at < now() - interval '1 day' AND $1 > 0`,
  `DELETE FROM device_codes WHERE expires_at < now() - interval '1 day' AND $1 > 0`,
  `DELETE FROM refresh_tokens WHERE expires_at < now() - interval '1 day' AND $1 > 0`,
  `DELETE FROM access_tokens WHERE expires_at < now() - interval '1 day' AND $1 > 0`,
  `DELETE FROM grants WHERE activated_at IS NULL AND created_at < now() - interval '1 day' AND $1 > 0`,
  `DELETE FROM pushed_requests WHERE expires_at < now() AND $1 > 0`,
  `DELETE FROM used_proofs WHERE expires_at < now() AND $1 > 0`,
  `DELETE FROM initial_access_tokens WHERE expires_at < now() - interval '30 days' AND $1 > 0`,
  `UPDATE clients SET previous_secret_digest = NULL, previous_secret_until = NULL WHERE previous_secret_until < now() AND $1 > 0`,
  `DELETE FROM revocations WHERE until < now() - interval '1 hour' AND $1 > 0`,
];

/** Removes what has had its time. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('sweeper');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly clients: ClientSweep,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.sweep().catch((error: unknown) => {
        if (!isDatabaseUnavailable(error)) this.logger.error(error);
      });
    }, EVERY_MS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  async sweep(): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const [lock] = await tx.query<{ mine: boolean }[]>('SELECT pg_try_advisory_xact_lock($1) AS mine', [
        SWEEP_LOCK,
      ]);
      if (!lock?.mine) return;
      for (const statement of SWEEPS) await tx.query(statement, [this.config.lifetimes.refreshOverlap]);
      await this.clients.run(tx);
    });
  }
}
