import { Injectable, Logger } from '@nestjs/common';
import pg from 'pg';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/index.js';

const CHANNEL = 'gatehouse_revocations';
const RETRY_MS = 1_000;

/** PostgreSQL NOTIFY: a hint that makes revocation fast. The poll is what makes it certain. */
@Injectable()
export class LedgerNotices {
  private readonly logger = new Logger('revocation');
  private client: pg.Client | undefined;
  private closed = false;

  constructor(private readonly config: AppConfig) {}

  /** The embedded database has one process only, which needs no hint. */
  async listen(onNotice: () => void): Promise<void> {
    if (this.config.embedded || this.closed) return;
    const client = new pg.Client({
      connectionString: this.config.databaseUrl,
      keepAlive: true,
      connectionTimeoutMillis: 3_000,
    });
    const again = () => {
      if (this.client !== client && this.client !== undefined) return;
      this.client = undefined;
      client.removeAllListeners('notification');
      client.end().catch(() => undefined); // It is lost already.
      if (!this.closed) setTimeout(() => void this.listen(onNotice), RETRY_MS).unref();
    };
    client.on('notification', onNotice);
    client.on('error', again);
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.client = client;
    } catch (error) {
      this.logger.debug(`LISTEN failed, trying again: ${error instanceof Error ? error.message : 'unknown'}`);
      again();
    }
  }

  /** Delivered when the transaction commits. */
  async announce(tx: EntityManager): Promise<void> {
    if (!this.config.embedded) await tx.query(`NOTIFY ${CHANNEL}`);
  }

  async close(): Promise<void> {
    this.closed = true;
    const client = this.client;
    this.client = undefined;
    client?.removeAllListeners('error');
    client?.on('error', () => undefined); // Its end is what we asked for.
    await client?.end();
  }
}
