const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export interface Moment {
  /** For the `datetime` attribute. */
  iso: string;
  /** "2 hours ago" within a week, the date after that. */
  words: string;
  /** The whole date and time with its zone. */
  exact: string;
}

/** Times in the reader's locale. The server cannot know the reader's zone, so it uses UTC and says so. */
export class Moments {
  private readonly full: Intl.DateTimeFormat;
  private readonly date: Intl.DateTimeFormat;
  private readonly relative: Intl.RelativeTimeFormat;

  constructor(
    locale: string,
    private readonly justNow: string,
  ) {
    this.full = new Intl.DateTimeFormat(locale, {
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZone: 'UTC',
      timeZoneName: 'short',
    });
    this.date = new Intl.DateTimeFormat(locale, {
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      timeZone: 'UTC',
    });
    this.relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  }

  at(moment: Date, now: Date): Moment {
    return { iso: moment.toISOString(), words: this.words(moment, now), exact: this.full.format(moment) };
  }

  private words(moment: Date, now: Date): string {
    // Clocks of two replicas differ a little; nothing here happened in the future.
    const age = Math.max(0, now.getTime() - moment.getTime());
    if (age < minute) return this.justNow;
    if (age < hour) return this.relative.format(-Math.floor(age / minute), 'minute');
    if (age < day) return this.relative.format(-Math.floor(age / hour), 'hour');
    if (age < 7 * day) return this.relative.format(-Math.floor(age / day), 'day');
    return this.date.format(moment);
  }
}
