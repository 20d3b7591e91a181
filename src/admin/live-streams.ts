import { once } from 'node:events';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import type { Response } from 'express';
import type { VerifiedToken } from '../oauth/index.js';
import { ends, RevocationLedger } from '../revocation/index.js';
import { AdminProblem } from './admin-problem.js';

/** Open at this process at once. */
const MOST = 50;
const KEEP_ALIVE_MS = 15_000;

/** A stream of server-sent events to somebody, which ends with what they were let in with. */
export class LiveStream {
  private readonly controller = new AbortController();
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    readonly token: VerifiedToken,
    private readonly res: Response,
  ) {
    res.once('close', () => this.end());
    const left = Math.max(0, token.expiresAt * 1_000 - Date.now());
    this.timers.push(setTimeout(() => this.end('token_expired'), left).unref());
    this.timers.push(setInterval(() => this.keepAlive(), KEEP_ALIVE_MS).unref());
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  open(): void {
    this.res.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    this.res.flushHeaders();
  }

  /** Waits until whoever reads has taken it: nothing is heaped up for a slow reader. */
  async send(lines: Readonly<Record<string, string>>): Promise<void> {
    if (this.signal.aborted) return;
    const text = Object.entries(lines).map(([name, value]) => `${name}: ${value}\n`);
    if (this.res.write(`${text.join('')}\n`)) return;
    await once(this.res, 'drain', { signal: this.signal }).catch(() => undefined);
  }

  /** `reason` is told when there is one: the reader may come back with another token. */
  end(reason?: string): void {
    if (this.signal.aborted) return;
    for (const timer of this.timers) clearTimeout(timer);
    this.controller.abort();
    if (this.res.writableEnded || this.res.destroyed) return;
    if (reason !== undefined) this.res.write(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.res.end();
  }

  private keepAlive(): void {
    // A reader that takes nothing needs no proof that somebody is there.
    if (!this.res.writableNeedDrain) this.res.write(': keep-alive\n\n');
  }
}

/** Knows the streams that are open, so that a revocation ends them at once. */
@Injectable()
export class LiveStreams implements OnModuleInit, OnModuleDestroy, BeforeApplicationShutdown {
  private readonly streams = new Set<LiveStream>();
  private stopListening: (() => void) | undefined;

  constructor(private readonly ledger: RevocationLedger) {}

  onModuleInit(): void {
    this.stopListening = this.ledger.onEnded((rows) => {
      for (const stream of this.streams)
        if (rows.some((row) => ends(row, stream.token))) stream.end('token_revoked');
    });
  }

  onModuleDestroy(): void {
    this.stopListening?.();
  }

  beforeApplicationShutdown(): void {
    for (const stream of this.streams) stream.end('shutting_down');
  }

  /** @throws AdminProblem when there are too many */
  async open(token: VerifiedToken, res: Response): Promise<LiveStream> {
    if (this.streams.size >= MOST)
      throw new AdminProblem('temporarily_unavailable', {
        reason: 'too_many_streams',
        headers: { 'Retry-After': '30' },
      });
    const stream = new LiveStream(token, res);
    this.streams.add(stream);
    stream.signal.addEventListener('abort', () => this.streams.delete(stream), { once: true });
    stream.open();
    // Asked again now that the stream is known: a revocation since the token was verified reached no listener.
    if (await this.ledger.isEnded(token)) stream.end('token_revoked');
    return stream;
  }
}
