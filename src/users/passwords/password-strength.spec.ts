import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { StrengthQuestion } from './strength.thread.js';

/** A thread that answers when it is told to. */
class FakeThread extends EventEmitter {
  readonly questions: StrengthQuestion[] = [];
  readonly terminate = jest.fn(() => Promise.resolve(0));
  readonly unref = jest.fn();

  constructor() {
    super();
    threads.push(this);
  }

  postMessage(question: StrengthQuestion): void {
    this.questions.push(question);
  }

  answer(score = 3): void {
    this.emit('message', { id: this.questions.at(-1)!.id, score });
  }
}

const threads: FakeThread[] = [];
jest.unstable_mockModule('node:worker_threads', () => ({ Worker: FakeThread, parentPort: null }));
const { PasswordStrength } = await import('./password-strength.js');

let strength: InstanceType<typeof PasswordStrength>;
/** What became of each, in words. */
const outcomes = new Map<string, number | string>();
const ask = (password: string): void => {
  void strength.score(password, []).then(
    (score) => outcomes.set(password, score),
    (error: Error) => outcomes.set(password, error.constructor.name),
  );
};
const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  Logger.overrideLogger(false);
  jest.useFakeTimers();
  threads.length = 0;
  outcomes.clear();
  strength = new PasswordStrength();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('whoever waits for the strength of a password', () => {
  it('is answered in turn, and the thread looks at one at a time', async () => {
    ask('one');
    ask('two');
    expect(threads[0]!.questions.map(({ password }) => password)).toEqual(['one']);
    threads[0]!.answer(4);
    threads[0]!.answer(1);
    await pass(0);
    expect([...outcomes]).toEqual([
      ['one', 4],
      ['two', 1],
    ]);
    await pass(60_000);
    expect(threads[0]!.terminate).toHaveBeenCalled();
  });

  it('is answered in time when all before them take as long as it can take, and others are told at once to come back', async () => {
    for (let number = 0; number < 18; number++) ask(`p${number}`);
    await pass(0);
    expect([...outcomes]).toEqual([['p17', 'PasswordQueueFull']]);
    for (let number = 0; number < 17; number++) {
      await pass(550);
      threads[0]!.answer();
    }
    await pass(0);
    expect([...outcomes.values()].filter((outcome) => outcome === 3)).toHaveLength(17);
    expect(threads).toHaveLength(1);
  });

  it('is told to come back when their patience is over, and nobody looks at their password any more', async () => {
    ask('slow');
    ask('hangs');
    await pass(5_000);
    ask('late');
    await pass(4_900);
    threads[0]!.answer();
    await pass(5_200);
    expect([...outcomes]).toEqual([
      ['slow', 3],
      ['late', 'PasswordQueueFull'],
    ]);
    expect(threads[0]!.terminate).not.toHaveBeenCalled();
    // The thread has had one for ten seconds: the next one gets another.
    await pass(5_000);
    expect(outcomes.get('hangs')).toBe('PasswordQueueFull');
    expect(threads[0]!.terminate).toHaveBeenCalled();
    ask('next');
    threads[1]!.answer();
    await pass(0);
    expect(outcomes.get('next')).toBe(3);
    expect(threads.flatMap(({ questions }) => questions.map(({ password }) => password))).toEqual([
      'slow',
      'hangs',
      'next',
    ]);
  });

  it('goes on with another thread when this one fails', async () => {
    ask('breaks it');
    ask('after it');
    threads[0]!.emit('error', new Error('out of memory'));
    expect(threads[1]!.questions.map(({ password }) => password)).toEqual(['after it']);
    // Its last words come too late.
    threads[0]!.answer();
    threads[1]!.answer(2);
    await pass(0);
    expect([...outcomes]).toEqual([
      ['breaks it', 'PasswordQueueFull'],
      ['after it', 2],
    ]);
  });

  it('is told so when the server stops', async () => {
    ask('one');
    ask('two');
    strength.onApplicationShutdown();
    await pass(0);
    expect([...outcomes.values()]).toEqual(['PasswordQueueFull', 'PasswordQueueFull']);
  });
});
