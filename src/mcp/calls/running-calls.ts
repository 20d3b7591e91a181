import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import type { VerifiedToken } from '../../oauth/index.js';
import { ends, RevocationLedger, type RevocationHandles } from '../../revocation/index.js';
import { McpRefusal, RpcCode } from '../mcp-refusal.js';
import { Ending } from './ending.js';

export type AbortReason =
  'aborted_by_revocation' | 'aborted_by_expiry' | 'aborted_by_client' | 'aborted_by_shutdown' | 'timed_out';

/** Why a call was ended before its tool was done; the reason of its abort signal. */
export class CallAborted extends Error {
  override readonly name = 'CallAborted';

  constructor(readonly reason: AbortReason) {
    super(reason);
  }
}

/** An aborted call answers for itself; what has not by then is cut off. */
const CUT_OFF_MS = 300;
/** Node takes no longer one. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const SHUTDOWN_GRACE_MS = 5_000;

/** One request to the MCP endpoint while it is served, streams included. */
export class Exchange {
  /** Comes by revocation, at shutdown, or when the client goes away. */
  readonly ending = new Ending();
  /** It has no end of its own, and nobody waits for it to come. */
  listens = false;
  /** What came of the call it is about, where that was made before the SDK was asked to answer. */
  outcome: (() => CallToolResult | InputRequiredResult) | undefined;

  constructor(
    readonly handles: RevocationHandles,
    private readonly response: ServerResponse,
  ) {}

  /** For streams that have no end of their own: whoever listens on needs another token. Seconds since the epoch. */
  endAt(expiresAt: number): void {
    this.listens = true;
    const left = Math.max(0, expiresAt * 1_000 - Date.now());
    const timer = setTimeout(() => this.abort('aborted_by_expiry'), Math.min(left, LONGEST_TIMER_MS));
    this.response.once('close', () => clearTimeout(timer));
  }

  abort(reason: AbortReason): void {
    if (this.ending.isOver) return;
    this.ending.end(new CallAborted(reason));
    setTimeout(() => {
      if (!this.response.writableEnded) this.response.destroy();
    }, CUT_OFF_MS).unref();
  }
}

/** Knows what is being served, so that what a revocation ends is ended at once. */
@Injectable()
export class RunningCalls implements OnModuleInit, BeforeApplicationShutdown, OnModuleDestroy {
  private readonly exchanges = new Set<Exchange>();
  private readonly calls = new Set<Promise<unknown>>();
  private stopListening: (() => void) | undefined;
  private readonly closers: (() => Promise<void>)[] = [];
  private closing = false;

  constructor(private readonly ledger: RevocationLedger) {}

  onModuleInit(): void {
    this.stopListening = this.ledger.onEnded((rows) => {
      const ended = [...this.exchanges].filter(({ handles }) => rows.some((row) => ends(row, handles)));
      for (const exchange of ended) exchange.abort('aborted_by_revocation');
      return ended.length;
    });
  }

  onModuleDestroy(): void {
    this.stopListening?.();
  }

  /** By what the calls and streams that this replica serves now can be ended. */
  handles(): RevocationHandles[] {
    return [...this.exchanges].map(({ handles }) => handles);
  }

  /** From here on until the response closes, the exchange ends with the authorization it was opened with. */
  async open(token: VerifiedToken, response: ServerResponse): Promise<Exchange> {
    if (this.closing) throw shuttingDown();
    const exchange = new Exchange(token, response);
    // Its response will not close again.
    if (response.destroyed) {
      exchange.ending.end(new CallAborted('aborted_by_client'));
      return exchange;
    }
    this.exchanges.add(exchange);
    response.once('close', () => {
      this.exchanges.delete(exchange);
      if (!response.writableFinished) exchange.ending.end(new CallAborted('aborted_by_client'));
    });
    // Asked again now that the exchange is known: a revocation since the token was verified reached no listener.
    if (await this.ledger.isEnded(token)) exchange.abort('aborted_by_revocation');
    return exchange;
  }

  /** Called at shutdown when no call runs any more, before what is left is cut off. */
  whenIdle(close: () => Promise<void>): void {
    this.closers.push(close);
  }

  /** Lets a shutdown wait until the call has been audited, which may be after its response closed. */
  async track<T>(call: Promise<T>): Promise<T> {
    this.calls.add(call);
    try {
      return await call;
    } finally {
      this.calls.delete(call);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing = true;
    await this.idleWithin(SHUTDOWN_GRACE_MS);
    // Before the SDK is closed, which has to tell the callers.
    for (const exchange of this.exchanges) if (!exchange.listens) exchange.abort('aborted_by_shutdown');
    await this.idleWithin(CUT_OFF_MS * 2);
    await Promise.all(this.closers.map((close) => close()));
    for (const exchange of this.exchanges) exchange.abort('aborted_by_shutdown');
    await this.idleWithin(CUT_OFF_MS * 2);
  }

  private async idleWithin(ms: number): Promise<void> {
    const until = performance.now() + ms;
    const busy = () => this.calls.size > 0 || [...this.exchanges].some(({ listens }) => !listens);
    while (busy() && performance.now() < until) await sleep(25);
  }
}

function shuttingDown(): McpRefusal {
  return new McpRefusal({
    status: 503,
    code: RpcCode.InternalError,
    reason: 'shutting_down',
    message: 'Temporarily unavailable, try again later',
    headers: { 'Retry-After': '5', Connection: 'close' },
  });
}
