import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppConfig } from '../config/index.js';
import { isDatabaseUnavailable } from '../database/index.js';
import { ClientSweep } from './clients/client-sweep.js';

/** "swee" in ASCII: one replica sweeps at a time. */
const SWEEP_LOCK = 0x73776565;
const LOCK = 'SELECT pg_try_advisory_xact_lock($1) AS mine';
const EVERY_MS = 60_000;

/** What is kept a while after it expired, so that a replay is still recognised as one. */
const SWEEPS: Readonly<Record<string, string>> = {
  refresh_answers: `UPDATE refresh_tokens SET sealed_answer = NULL WHERE sealed_answer IS NOT NULL AND used_at < now() - make_interval(secs => $1)`,
  authorization_codes: `DELETE FROM authorization_codes WHERE expires_at < now() - interval '1 day' AND $1 > 0`,
  device_codes: `DELETE FROM device_codes WHERE expires_at < now() - interval '1 day' AND $1 > 0`,
  refresh_tokens: `DELETE FROM refresh_tokens WHERE expires_at < now() - interval '1 day' AND $1 > 0`,
  access_tokens: `DELETE FROM access_tokens WHERE expires_at < now() - interval '1 day' AND $1 > 0`,
  grants: `DELETE FROM grants WHERE activated_at IS NULL AND created_at < now() - interval '1 day' AND $1 > 0`,
  pushed_requests: `DELETE FROM pushed_requests WHERE expires_at < now() AND $1 > 0`,
  used_proofs: `DELETE FROM used_proofs WHERE expires_at < now() AND $1 > 0`,
  api_keys: `DELETE FROM api_keys WHERE expires_at < now() - interval '30 days' AND $1 > 0`,
  initial_access_tokens: `DELETE FROM initial_access_tokens WHERE expires_at < now() - interval '30 days' AND $1 > 0`,
  previous_secrets: `UPDATE clients SET previous_secret_digest = NULL, previous_secret_until = NULL WHERE previous_secret_until < now() AND $1 > 0`,
  revocations: `DELETE FROM revocations WHERE until < now() - interval '1 hour' AND $1 > 0`,
};

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

  /** Each by itself: one that fails is told of, and holds back none of the others. */
  async sweep(): Promise<void> {
    const { refreshOverlap } = this.config.lifetimes;
    for (const [name, statement] of Object.entries(SWEEPS))
      await this.alone(name, (tx) => tx.query(statement, [refreshOverlap]));
    await this.alone('clients', (tx) => this.clients.run(tx));
  }

  private async alone(sweep: string, work: (tx: EntityManager) => Promise<unknown>): Promise<void> {
    try {
      await this.dataSource.transaction(async (tx) => {
        const [lock] = await tx.query<{ mine: boolean }[]>(LOCK, [SWEEP_LOCK]);
        if (lock?.mine) await work(tx);
      });
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      this.logger.error({ sweep, err: error }, 'a sweep failed');
    }
  }
}
