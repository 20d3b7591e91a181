import { describe, expect, it } from '@jest/globals';
import { Ending } from './ending.js';

describe('an ending', () => {
  it('comes once, and is told to everybody who waits for it', () => {
    const told: string[] = [];
    const ending = new Ending();
    ending.onEnd(() => told.push('one'));
    ending.onEnd(() => told.push('two'));
    ending.end('first');
    ending.end('second');
    expect([told, ending.isOver, ending.reason]).toEqual([['one', 'two'], true, 'first']);
  });

  it('is told at once to who comes late, and not to who went away', () => {
    const told: string[] = [];
    const ending = new Ending();
    const leave = ending.onEnd(() => told.push('went away'));
    leave();
    ending.end('over');
    ending.onEnd(() => told.push('late'));
    expect(told).toEqual(['late']);
  });

  it('shows as a signal, whether that was asked for before or after', () => {
    const ending = new Ending();
    const before = ending.signal;
    expect(before.aborted).toBe(false);
    ending.end('over');
    const late = new Ending();
    late.end('over');
    for (const signal of [before, ending.signal, late.signal])
      expect([signal.aborted, signal.reason]).toEqual([true, 'over']);
  });

  it('comes with a signal it is made of', () => {
    const controller = new AbortController();
    const ending = Ending.of(controller.signal);
    expect(ending.isOver).toBe(false);
    controller.abort('gone');
    expect([ending.isOver, ending.reason]).toEqual([true, 'gone']);
    expect(Ending.of(controller.signal).reason).toBe('gone');
  });
});
