import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { currentAudit } from '../audit/index.js';
import { Sealer } from '../sealing/index.js';
import type { Errand, Letter } from './letter.js';
import { MailTransport } from './mail-transport.js';

const PURPOSE = 'mail';
const QUEUE = `
INSERT INTO mail_outbox (id, sealed, created_at, attempts, next_attempt_at) VALUES ($1, $2, now(), 0, now())`;

/** Takes letters in the transaction of the change they tell of; they leave when that has committed. */
@Injectable()
export class Outbox {
  constructor(
    private readonly transport: MailTransport,
    private readonly sealer: Sealer,
  ) {}

  /** Whether letters reach anybody. Without, none is taken. */
  get isOpen(): boolean {
    return this.transport.isThere;
  }

  async send(tx: EntityManager, letter: Omit<Letter, 'at' | 'ip'>): Promise<void> {
    await this.queue(tx, letter);
  }

  /** @see Errands */
  async sendLater(tx: EntityManager, errand: Omit<Errand, 'at' | 'ip'>): Promise<void> {
    await this.queue(tx, errand);
  }

  open(sealed: Buffer): Letter | Errand {
    return JSON.parse(this.sealer.open(PURPOSE, sealed).toString('utf8')) as Letter | Errand;
  }

  private async queue(tx: EntityManager, what: object): Promise<void> {
    if (!this.isOpen) return;
    const ip = currentAudit()?.ip;
    const whole = { ...what, at: Date.now(), ...(ip && { ip }) };
    await tx.query(QUEUE, [uuidv7(), this.sealer.seal(PURPOSE, JSON.stringify(whole))]);
  }
}
