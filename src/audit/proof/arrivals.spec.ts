import { beforeEach, describe, expect, it } from '@jest/globals';
import { Arrivals } from './arrivals.js';

describe('Arrivals', () => {
  let arrivals: Arrivals;

  beforeEach(() => {
    arrivals = new Arrivals(10);
  });

  it('are settled as far as nothing is missing', () => {
    arrivals.note([11, 12, 13], 0);
    expect([arrivals.settled, arrivals.newest, arrivals.missing]).toEqual([13, 13, []]);
  });

  it('wait for what shows late, in whatever order', () => {
    arrivals.note([13, 17], 0);
    expect(arrivals.settled).toBe(10);
    expect(arrivals.missing).toMatchObject([
      { low: 11, high: 12 },
      { low: 14, high: 16 },
    ]);
    arrivals.note([12, 15], 1);
    expect(arrivals.missing.map(({ low, high }) => [low, high])).toEqual([
      [11, 11],
      [14, 14],
      [16, 16],
    ]);
    arrivals.note([11], 2);
    expect(arrivals.settled).toBe(13);
    arrivals.note([14, 16, 18], 3);
    expect([arrivals.settled, arrivals.missing]).toEqual([18, []]);
  });

  it('expect every number that was given out, though nobody has seen it', () => {
    arrivals.note([11], 0);
    arrivals.expect(14, 0);
    expect([arrivals.settled, arrivals.newest]).toEqual([11, 14]);
    arrivals.note([12, 13, 14, 15], 1);
    arrivals.expect(12, 1);
    expect([arrivals.settled, arrivals.missing]).toEqual([15, []]);
  });

  it('give a number up only when every transaction that can have it is over', () => {
    arrivals.note([12], 0);
    arrivals.age(29_000, { xmin: 500n, xmax: 500n });
    arrivals.age(31_000, { xmin: 100n, xmax: 700n });
    arrivals.age(90_000, { xmin: 699n, xmax: 900n });
    expect(arrivals.settled).toBe(10);
    arrivals.age(91_000, { xmin: 700n, xmax: 901n });
    expect([arrivals.settled, arrivals.missing]).toEqual([12, []]);
  });
});
