import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CannotOpen, digest, Sealer } from '../sealing/index.js';

/** In seconds. */
const KEPT = 86_400;
/** A request that has not been answered for so long never will be: its process is gone. In milliseconds. */
const LOST_MS = 60_000;
const WAIT_MS = 8_000;
const LOOK_MS = 40;
const PURPOSE = 'idempotent answer';

/** Who sent what where, under which key. */
export interface RepeatableRequest {
  readonly caller: string;
  readonly route: string;
  readonly key: string;
  /** All that decides what is done. */
  readonly content: string;
}

/**
 * `first`: act, then `settle` or `release`. `differs`: the key came with another request. `running`: the first is still
 * at work. `unknown`: the first broke off, and nobody knows how far it came.
 */
export type Claim =
  | { readonly kind: 'first'; readonly id: Buffer }
  | { readonly kind: 'repeat'; readonly answer: string }
  | { readonly kind: 'differs' | 'running' | 'unknown' };

interface Row {
  readonly request_mac: Buffer;
  readonly answer: Buffer | null;
  readonly age_ms: number;
}

/** Requests that may be sent again without acting again, whichever replica they come to. */
@Injectable()
export class IdempotentAnswers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
  ) {}

  async claim(request: RepeatableRequest): Promise<Claim> {
    const { caller, route, key, content } = request;
    const id = digest([caller, route, key].map(encodeURIComponent).join('\n'));
    const mac = this.sealer.mac(PURPOSE, content);
    await this.dataSource.query('DELETE FROM idempotent_answers WHERE expires_at < now()');
    const until = performance.now() + WAIT_MS;
    for (;;) {
      if (await this.insert(id, mac)) return { kind: 'first', id };
      const claim = await this.look(id, content);
      if (claim && (claim.kind !== 'running' || performance.now() > until)) return claim;
      await sleep(LOOK_MS);
    }
  }

  async settle(id: Buffer, answer: string): Promise<void> {
    await this.dataSource.query('UPDATE idempotent_answers SET answer = $2 WHERE key = $1', [
      id,
      this.sealer.seal(PURPOSE, answer),
    ]);
  }

  /** The request did nothing: it may be sent again under the same key. */
  async release(id: Buffer): Promise<void> {
    await this.dataSource.query('DELETE FROM idempotent_answers WHERE key = $1 AND answer IS NULL', [id]);
  }

  private async insert(id: Buffer, mac: Buffer): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `INSERT INTO idempotent_answers (key, request_mac, created_at, expires_at)
       VALUES ($1, $2, now(), now() + make_interval(secs => $3)) ON CONFLICT (key) DO NOTHING RETURNING key`,
      [id, mac, KEPT],
    );
    return rows.length > 0;
  }

  /** `undefined`: it has been released meanwhile. */
  private async look(id: Buffer, content: string): Promise<Claim | undefined> {
    const [row] = await this.dataSource.query<Row[]>(
      `SELECT request_mac, answer, (extract(epoch FROM now() - created_at) * 1000)::int AS age_ms
       FROM idempotent_answers WHERE key = $1`,
      [id],
    );
    if (!row) return undefined;
    if (!this.sealer.verifyMac(PURPOSE, content, row.request_mac)) return { kind: 'differs' };
    if (row.answer) return this.opened(row.answer);
    return { kind: row.age_ms > LOST_MS ? 'unknown' : 'running' };
  }

  private opened(answer: Buffer): Claim {
    try {
      return { kind: 'repeat', answer: this.sealer.open(PURPOSE, answer).toString('utf8') };
    } catch (error) {
      if (error instanceof CannotOpen) return { kind: 'unknown' };
      throw error;
    }
  }
}
