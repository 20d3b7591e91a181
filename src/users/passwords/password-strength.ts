import { Worker } from 'node:worker_threads';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { PasswordQueueFull } from '../password.js';
import type { StrengthAnswer, StrengthQuestion } from './strength.thread.js';

/** More would take longer than anybody waits, and does not make a password worse. */
const MAX_LOOKED_AT = 48;
/** Half a second for each of them is within the patience of the last one. */
const MAX_WAITING = 16;
const PATIENCE_MS = 10_000;
/** The first answer of a thread takes longest: it loads the dictionaries. */
const ANSWER_MS = 10_000;
const IDLE_MS = 60_000;

interface Waiting {
  readonly question: StrengthQuestion;
  readonly done: (score: number) => void;
  readonly failed: (error: Error) => void;
  /** Until it is looked at, and then until it is answered. */
  patience: NodeJS.Timeout;
}

/**
 * How many guesses a password stands, from 0 to 4. Estimating can take half a second: it is done in a thread of
 * its own, one after the other, which is there only while somebody chooses a password.
 */
@Injectable()
export class PasswordStrength implements OnApplicationShutdown {
  private readonly logger = new Logger('passwords');
  private worker: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;
  private current: Waiting | undefined;
  private waiting: Waiting[] = [];
  private asked = 0;

  /** @throws PasswordQueueFull when too many are waiting, or when it takes too long */
  async score(password: string, context: readonly string[]): Promise<number> {
    if (this.waiting.length >= MAX_WAITING) throw new PasswordQueueFull();
    const looked = password.slice(0, MAX_LOOKED_AT).toWellFormed();
    const question = { id: ++this.asked, password: looked, context };
    return new Promise((done, failed) => {
      const patience = setTimeout(() => this.leave(waiting), PATIENCE_MS);
      const waiting: Waiting = { question, done, failed, patience };
      this.waiting.push(waiting);
      this.next();
    });
  }

  onApplicationShutdown(): void {
    const all = [this.current, ...this.waiting.splice(0)];
    this.current = undefined;
    this.end();
    for (const one of all) refuse(one);
  }

  private next(): void {
    if (this.current) return;
    clearTimeout(this.idle);
    this.current = this.waiting.shift();
    if (!this.current) {
      this.idle = setTimeout(() => this.end(), IDLE_MS).unref();
      return;
    }
    clearTimeout(this.current.patience);
    this.current.patience = setTimeout(() => this.broken('it took too long'), ANSWER_MS);
    this.worker ??= this.start();
    this.worker.postMessage(this.current.question);
  }

  private start(): Worker {
    const worker = new Worker(new URL('./strength.thread.js', import.meta.url));
    worker.unref();
    worker.on('message', (answer: StrengthAnswer) => this.answered(answer));
    worker.on('error', (error) => this.worker === worker && this.broken(error));
    return worker;
  }

  private answered({ id, score }: StrengthAnswer): void {
    const { current } = this;
    if (current?.question.id !== id) return;
    clearTimeout(current.patience);
    this.current = undefined;
    current.done(score);
    this.next();
  }

  /** Whose password it was at is told so; the next one gets a new thread. */
  private broken(why: unknown): void {
    this.logger.error({ err: why }, 'the strength of a password could not be estimated');
    const { current } = this;
    this.current = undefined;
    this.end();
    refuse(current);
    this.next();
  }

  private leave(one: Waiting): void {
    this.waiting = this.waiting.filter((other) => other !== one);
    refuse(one);
  }

  private end(): void {
    clearTimeout(this.idle);
    const { worker } = this;
    this.worker = undefined;
    void worker?.terminate();
  }
}

function refuse(waiting: Waiting | undefined): void {
  clearTimeout(waiting?.patience);
  waiting?.failed(new PasswordQueueFull());
}
