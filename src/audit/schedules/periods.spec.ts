import { describe, expect, it } from '@jest/globals';
import { periodEnd, periodStart, type Period } from './periods.js';

const around = (period: Period, at: string): string[] =>
  [periodStart(period, new Date(at)), periodEnd(period, new Date(at))].map((moment) =>
    moment.toISOString().replace(':00.000Z', 'Z'),
  );

describe('periods', () => {
  it('begin and end where the calendar says, in UTC', () => {
    expect(around('hour', '2026-11-22T13:45:10Z')).toEqual(['2026-11-22T13:00Z', '2026-11-22T14:00Z']);
    expect(around('day', '2026-12-31T23:59:59Z')).toEqual(['2026-12-31T00:00Z', '2027-01-01T00:00Z']);
    expect(around('month', '2028-02-29T12:00:00Z')).toEqual(['2028-02-01T00:00Z', '2028-03-01T00:00Z']);
    expect(around('month', '2026-12-05T00:00:00Z')).toEqual(['2026-12-01T00:00Z', '2027-01-01T00:00Z']);
  });

  it('of weeks begin on Monday, whatever day of it is meant', () => {
    for (const day of ['2026-11-16T00:00:00Z', '2026-11-19T10:00:00Z', '2026-11-22T23:59:59.999Z'])
      expect(around('week', day)).toEqual(['2026-11-16T00:00Z', '2026-11-23T00:00Z']);
  });

  it('follow one another without a gap', () => {
    for (const period of ['hour', 'day', 'week', 'month'] as const) {
      const end = periodEnd(period, new Date('2026-10-25T01:30:00Z'));
      expect(periodStart(period, end)).toEqual(end);
      expect(periodStart(period, new Date(end.getTime() - 1)).getTime()).toBeLessThan(end.getTime());
    }
  });
});
