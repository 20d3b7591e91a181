import { Worker } from 'node:worker_threads';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PasswordQueueFull } from '../password.js';
import type { StrengthAnswer, StrengthQuestion } from './strength.thread.js';

/** More would take longer than anybody waits, and does not make a password worse. */
const MAX_LOOKED_AT = 48;
const MAX_WAITING = 50;
const IDLE_MS = 60_000;
const ANSWER_MS = 10_000;

interface Waiting {
  readonly done: (score: number) => void;
  readonly failed: (error: Error) => void;
}

/**
 * How many guesses a password stands, from 0 to 4. Estimating can take a third of a second: it is done in a thread of
 * its own, which is there only while somebody chooses a password.
 */
@Injectable()
export class PasswordStrength implements OnApplicationShutdown {
  private worker: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  /** @throws PasswordQueueFull when too many are waiting */
  async score(password: string, context: readonly string[]): Promise<number> {
    if (this.waiting.size >= MAX_WAITING) throw new PasswordQueueFull();
    clearTimeout(this.idle);
    const worker = (this.worker ??= this.start());
    const id = ++this.asked;
    const question: StrengthQuestion = {
      id,
      password: password.slice(0, MAX_LOOKED_AT).toWellFormed(),
      context,
    };
    const answer = new Promise<number>((done, failed) => this.waiting.set(id, { done, failed }));
    const patience = setTimeout(() => this.fail(new PasswordQueueFull()), ANSWER_MS);
    worker.postMessage(question);
    try {
      return await answer;
    } finally {
      clearTimeout(patience);
      this.waiting.delete(id);
      if (this.waiting.size === 0) this.idle = setTimeout(() => this.end(), IDLE_MS).unref();
    }
  }

  onApplicationShutdown(): void {
    this.end();
  }

  private start(): Worker {
    const worker = new Worker(new URL('./strength.thread.js', import.meta.url));
    worker.unref();
    worker.on('message', ({ id, score }: StrengthAnswer) => this.waiting.get(id)?.done(score));
    worker.on('error', (error) => this.fail(error instanceof Error ? error : new Error(String(error))));
    return worker;
  }

  /** Whoever waits is told, and the next one gets a new thread. */
  private fail(error: Error): void {
    for (const { failed } of this.waiting.values()) failed(error);
    this.end();
  }

  private end(): void {
    clearTimeout(this.idle);
    const { worker } = this;
    this.worker = undefined;
    void worker?.terminate();
  }
}
