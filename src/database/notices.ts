import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/index.js';

const RETRY_MS = 1_000;
const CHANNEL = /^[a-z_]{1,63}$/;

type OnNotice = (payload: string) => void;

/**
 * PostgreSQL NOTIFY between replicas, on one connection. A notice is a hint that may be lost, never the only way that
 * something is learned. The embedded database has one process only, which needs no hint.
 */
@Injectable()
export class Notices implements OnApplicationShutdown {
  private readonly logger = new Logger('database');
  private readonly listeners = new Map<string, Set<OnNotice>>();
  private client: pg.Client | undefined;
  private connecting: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly config: AppConfig) {}

  /** Resolves when the first attempt to listen is over; answers how to stop. */
  async subscribe(channel: string, onNotice: OnNotice): Promise<() => void> {
    if (!CHANNEL.test(channel)) throw new Error(`"${channel}" is no name of a channel`);
    const listeners = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, listeners.add(onNotice));
    if (!this.config.embedded && !this.closed) {
      if (this.client) await this.listen(this.client, [channel]);
      else await (this.connecting ??= this.connect());
    }
    return () => void listeners.delete(onNotice);
  }

  /** Delivered when the transaction commits. A payload has at most 8000 bytes. */
  async announce(tx: EntityManager, channel: string, payload = ''): Promise<void> {
    if (!this.config.embedded) await tx.query('SELECT pg_notify($1, $2)', [channel, payload]);
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    const client = this.client;
    this.client = undefined;
    client?.removeAllListeners('error');
    client?.on('error', () => undefined); // Its end is what we asked for.
    await client?.end();
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.config.databaseUrl,
      keepAlive: true,
      connectionTimeoutMillis: 3_000,
    });
    client.on('notification', ({ channel, payload }) => {
      for (const onNotice of this.listeners.get(channel) ?? []) this.tell(onNotice, channel, payload ?? '');
    });
    client.on('error', () => this.lost(client));
    try {
      await client.connect();
      // From here on, who subscribes listens by itself.
      this.client = client;
      await this.listen(client, [...this.listeners.keys()]);
    } catch (error) {
      this.logger.debug(`LISTEN failed, trying again: ${error instanceof Error ? error.message : 'unknown'}`);
      this.lost(client);
    } finally {
      this.connecting = undefined;
    }
  }

  /** Whoever is in the database can send a notice, and so can another version of this server. */
  private tell(onNotice: OnNotice, channel: string, payload: string): void {
    try {
      onNotice(payload);
    } catch (error) {
      this.logger.warn(`A notice on ${channel} was not understood: ${String(error)}`);
    }
  }

  private async listen(client: pg.Client, channels: Iterable<string>): Promise<void> {
    for (const channel of channels) await client.query(`LISTEN ${channel}`);
  }

  private lost(client: pg.Client): void {
    if (this.client !== client && this.client !== undefined) return;
    this.client = undefined;
    client.removeAllListeners('notification');
    client.end().catch(() => undefined); // It is lost already.
    if (!this.closed) setTimeout(() => void (this.connecting ??= this.connect()), RETRY_MS).unref();
  }
}
