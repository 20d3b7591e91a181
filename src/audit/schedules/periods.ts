export const PERIODS = ['hour', 'day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** ISO 8601: a week begins on Monday, and 1970 began on a Thursday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** The first moment of the hour, day, week or month that a moment is in, in UTC. */
export function periodStart(period: Period, at: Date): Date {
  const ms = at.getTime();
  switch (period) {
    case 'hour':
      return new Date(ms - (ms % HOUR_MS));
    case 'day':
      return new Date(ms - (ms % DAY_MS));
    case 'week':
      return new Date(ms - ((ms - FIRST_MONDAY_MS) % (7 * DAY_MS)));
    case 'month':
      return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth()));
  }
}

/** The first moment of the next one. */
export function periodEnd(period: Period, at: Date): Date {
  const start = periodStart(period, at);
  switch (period) {
    case 'hour':
      return new Date(start.getTime() + HOUR_MS);
    case 'day':
      return new Date(start.getTime() + DAY_MS);
    case 'week':
      return new Date(start.getTime() + 7 * DAY_MS);
    case 'month':
      return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1));
  }
}
