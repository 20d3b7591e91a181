import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Notices } from '../../database/index.js';
import { RevocationLedger } from '../../revocation/index.js';
import { RunningCalls } from './running-calls.js';

const ASK = 'gatehouse_live_ask';
const TELL = 'gatehouse_live_tell';
const PATIENCE_MS = 500;
/** A payload has 8000 bytes, and a call at most 90 of them. */
const CALLS_OF_A_NOTICE = 80;

/** What is needed to tell whether a plan would end a call. */
export interface LiveCall {
  readonly jti: string;
  readonly grantId?: string;
}

export interface Census {
  readonly calls: readonly LiveCall[];
  /** Whether every living replica has answered in time. */
  readonly complete: boolean;
}

type Written = readonly [jti: string, grantId: string];

interface Told {
  readonly to: string;
  readonly calls: readonly Written[];
  readonly last: boolean;
}

interface Asked {
  readonly calls: LiveCall[];
  left: number;
  done(): void;
}

/** Asks all replicas what they serve at this moment. */
@Injectable()
export class LiveCensus implements OnModuleInit {
  private readonly logger = new Logger('mcp');
  private readonly replica = randomUUID();
  private readonly asked = new Map<string, Asked>();
  /** A notice of a transaction that is rolled back is never sent. */
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(
    private readonly running: RunningCalls,
    private readonly ledger: RevocationLedger,
    private readonly notices: Notices,
    private readonly dataSource: DataSource,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.notices.subscribe(TELL, (payload) => this.hear(JSON.parse(payload) as Told));
    await this.notices.subscribe(ASK, (payload) => {
      const [id, from] = payload.split(' ');
      if (from === this.replica) return;
      this.tell(id!).catch((error: unknown) =>
        this.logger.warn({ err: error }, 'another replica could not be told what is running here'),
      );
    });
  }

  async everywhere(): Promise<Census> {
    const own = this.running.handles();
    const others = (await this.ledger.livingReplicas()) - 1;
    if (others <= 0) return { calls: own, complete: true };
    const id = randomUUID();
    return new Promise<Census>((resolve, reject) => {
      const asked: Asked = { calls: [], left: others, done: () => finish() };
      const finish = () => {
        clearTimeout(timer);
        this.asked.delete(id);
        resolve({ calls: [...own, ...asked.calls], complete: asked.left <= 0 });
      };
      const timer = setTimeout(finish, PATIENCE_MS);
      this.asked.set(id, asked);
      this.outside(() => this.announce(ASK, `${id} ${this.replica}`)).catch((error: unknown) => {
        clearTimeout(timer);
        this.asked.delete(id);
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  private hear({ to, calls, last }: Told): void {
    const asked = this.asked.get(to);
    if (!asked) return;
    asked.calls.push(...calls.map(([jti, grantId]) => ({ jti, ...(grantId !== '' && { grantId }) })));
    if (last && --asked.left === 0) asked.done();
  }

  private async tell(to: string): Promise<void> {
    const all = this.running.handles().map(({ jti, grantId = '' }): Written => [jti, grantId]);
    for (let at = 0; at === 0 || at < all.length; at += CALLS_OF_A_NOTICE) {
      const last = at + CALLS_OF_A_NOTICE >= all.length;
      await this.announce(TELL, JSON.stringify({ to, calls: all.slice(at, at + CALLS_OF_A_NOTICE), last }));
    }
  }

  private announce(channel: string, payload: string): Promise<void> {
    return this.notices.announce(this.dataSource.manager, channel, payload);
  }
}
