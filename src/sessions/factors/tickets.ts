import { Injectable } from '@nestjs/common';

import { DataSource, type EntityManager } from 'typeorm';
import { CannotOpen, digest, equalSecrets, newToken, Sealer } from '../../sealing/index.js';
import { Csrf } from '../csrf.js';
import type { Exchange } from '../exchange.js';

const MAX_LENGTH = 4_000;

const SPEND = `
WITH expired AS (
  DELETE FROM spent_tickets WHERE digest IN (
    SELECT digest FROM spent_tickets WHERE expires_at < now() LIMIT 100 FOR UPDATE SKIP LOCKED))
INSERT INTO spent_tickets (digest, expires_at) VALUES ($1, to_timestamp($2)) ON CONFLICT DO NOTHING RETURNING digest`;

/** What the server knows again of something it began with a browser. */
export interface Ticket<T extends object> {
  /** Unguessable, the same in no other ticket. */
  readonly nonce: string;
  /** Seconds since the epoch. */
  readonly until: number;
  readonly content: T;
}

interface Sealed<T extends object> extends Ticket<T> {
  readonly browser: string;
}

/**
 * Something that was begun with a browser, kept by that browser, sealed: any replica can go on with it, no other
 * browser can, and what is spent is spent at every replica.
 */
@Injectable()
export class Tickets {
  constructor(
    private readonly sealer: Sealer,
    private readonly csrf: Csrf,
    private readonly dataSource: DataSource,
  ) {}

  issue<T extends object>(
    { req, res }: Exchange,
    purpose: string,
    content: T,
    seconds: number,
  ): { text: string; ticket: Ticket<T> } {
    const browser = browserMark(this.csrf.browser(req, res));
    const ticket = { nonce: newToken(''), until: now() + seconds, content };
    const sealed = this.sealer.seal(`ticket:${purpose}`, JSON.stringify({ ...ticket, browser }));
    return { text: sealed.toString('base64url'), ticket };
  }

  /** `undefined` when it is for something else or another browser, or too old. Reading does not spend it. */
  read<T extends object>(
    { req, res }: Exchange,
    purpose: string,
    text: string | undefined,
  ): Ticket<T> | undefined {
    if (text === undefined || text.length > MAX_LENGTH) return undefined;
    const found = this.opened<T>(purpose, text);
    if (!found || found.until < now()) return undefined;
    return equalSecrets(found.browser, browserMark(this.csrf.browser(req, res))) ? found : undefined;
  }

  /** True once for each. */
  async spend(
    { nonce, until }: Ticket<object>,
    db: EntityManager = this.dataSource.manager,
  ): Promise<boolean> {
    const spent = await db.query<unknown[]>(SPEND, [digest(nonce), until]);
    return spent.length > 0;
  }

  private opened<T extends object>(purpose: string, text: string): Sealed<T> | undefined {
    try {
      const plain = this.sealer.open(`ticket:${purpose}`, Buffer.from(text, 'base64url'));
      return JSON.parse(plain.toString('utf8')) as Sealed<T>;
    } catch (error) {
      if (error instanceof CannotOpen) return undefined;
      throw error;
    }
  }
}

const browserMark = (secret: string): string => digest(secret).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1_000);
