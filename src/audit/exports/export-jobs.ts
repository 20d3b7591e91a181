import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomUUID } from 'node:crypto';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isDatabaseUnavailable } from '../../database/index.js';
import { AuditExports } from '../proof/index.js';
import { AuditExport } from './audit-export.entity.js';
import { ExportManifests } from './export-manifests.js';
import { ExportText } from './export-text.js';

const EVERY_MS = 500;
const LEASE = `interval '60 seconds'`;
const RENEW_MS = 10_000;

const CLAIM = `
UPDATE audit_exports SET state = 'running', lease_by = $1, lease_until = now() + ${LEASE}
WHERE id = (
  SELECT id FROM audit_exports WHERE state = 'pending' OR (state = 'running' AND lease_until < now())
  ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id`;

const RENEW = `
UPDATE audit_exports SET lease_until = now() + ${LEASE} WHERE id = $1 AND lease_by = $2 AND state = 'running'`;

/** Takes the measure of exports that were asked for: one replica each, another when that one dies. */
@Injectable()
export class ExportJobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('audit');
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private stopping = false;
  private readonly me = randomUUID();
  /** Whoever asks for it, the work is nobody's request. */
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(
    private readonly dataSource: DataSource,
    private readonly exports: AuditExports,
    private readonly text: ExportText,
    private readonly manifests: ExportManifests,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), EVERY_MS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.working;
  }

  /** Works on what waits, if nothing is worked on yet. */
  look(): void {
    if (this.stopping) return;
    this.working ??= this.outside(() => this.work())
      .catch((error: unknown) => {
        if (!isDatabaseUnavailable(error)) this.logger.error(error);
      })
      .finally(() => (this.working = undefined));
  }

  private async work(): Promise<void> {
    for (let id = await this.claim(); id !== undefined && !this.stopping; id = await this.claim()) {
      try {
        await this.measure(id);
      } catch (error) {
        if (isDatabaseUnavailable(error)) throw error;
        this.logger.error(error);
        const problem = 'It could not be written; the log of the server says why';
        await this.rows.update(this.mine(id), {
          state: 'failed',
          problem,
          finishedAt: new Date(),
          leaseUntil: null,
        });
      }
    }
  }

  private async measure(id: string): Promise<void> {
    const row = await this.rows.findOneByOrFail({ id });
    const proven = await this.exports.begin(Object.keys(row.filters).length === 0 ? 'complete' : 'filtered');
    const hash = createHash('sha256');
    let [events, bytes, renewed] = [0, 0, performance.now()];
    for await (const part of this.text.parts(row, proven)) {
      // Whoever takes over begins anew.
      if (this.stopping) return this.release(id);
      hash.update(part.text);
      bytes += Buffer.byteLength(part.text);
      events += part.events;
      if (performance.now() - renewed > RENEW_MS) {
        renewed = performance.now();
        if (!(await this.renew(id))) return;
      }
    }
    const digest = hash.digest();
    const measured = { events: String(events), bytes: String(bytes), digest, ...proven.basis() };
    const finishedAt = new Date();
    const manifest = this.manifests.sign(row, measured, finishedAt);
    await this.rows.update(this.mine(id), {
      state: 'ready',
      leaseUntil: null,
      finishedAt,
      manifest,
      ...measured,
    } as object);
  }

  /** `false`: it took too long, and is somebody else's now. */
  private async renew(id: string): Promise<boolean> {
    const [, renewed] = await this.dataSource.query<[unknown[], number]>(RENEW, [id, this.me]);
    return renewed === 1;
  }

  /** What nobody has taken over meanwhile. */
  private readonly mine = (id: string) => ({ id, state: 'running', leaseBy: this.me }) as const;

  private async release(id: string): Promise<void> {
    await this.rows.update(this.mine(id), { state: 'pending', leaseUntil: null });
  }

  private async claim(): Promise<string | undefined> {
    const [rows] = await this.dataSource.query<[{ id: string }[], number]>(CLAIM, [this.me]);
    return rows[0]?.id;
  }

  private get rows() {
    return this.dataSource.getRepository(AuditExport);
  }
}
