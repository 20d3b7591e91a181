/** Transactions that had a number below `xmin` are over; none that began later has one below `xmax`. */
export interface Snapshot {
  readonly xmin: bigint;
  readonly xmax: bigint;
}

interface Gap {
  readonly low: number;
  readonly high: number;
  /** When it was noticed, in milliseconds. */
  readonly since: number;
  /** It is for good once every transaction below this one is over. */
  readonly until?: bigint;
}

/** Longer than any statement may take: who was given a number has used it by then, or has a transaction to wait for. */
const PATIENCE_MS = 30_000;

/**
 * Numbers of arrival are given out before their events are committed, so that a lower one may show after a higher one.
 * This remembers which have not been seen, until their transactions must be over.
 */
export class Arrivals {
  private gaps: Gap[] = [];

  /** Everything up to `frontier` has been looked at. */
  constructor(private frontier: number) {}

  /** Everything up to here has been looked at, or will never come. */
  get settled(): number {
    const [first] = this.gaps;
    return first ? first.low - 1 : this.frontier;
  }

  get newest(): number {
    return this.frontier;
  }

  /** Ranges of numbers below `newest` that may still come. */
  get missing(): readonly { readonly low: number; readonly high: number }[] {
    return this.gaps;
  }

  /** Events that were read, in the order of their numbers. */
  note(arrivals: readonly number[], now: number): void {
    for (const arrival of arrivals) {
      if (arrival <= this.frontier) this.fill(arrival);
      else {
        if (arrival > this.frontier + 1)
          this.gaps.push({ low: this.frontier + 1, high: arrival - 1, since: now });
        this.frontier = arrival;
      }
    }
  }

  /** Numbers up to this one were given out before the events were read: those that were not there may still come. */
  expect(number: number, now: number): void {
    if (number <= this.frontier) return;
    this.gaps.push({ low: this.frontier + 1, high: number, since: now });
    this.frontier = number;
  }

  /** Call after `note`, with a snapshot that was taken before the events were read. */
  age(now: number, { xmin, xmax }: Snapshot): void {
    this.gaps = this.gaps
      .filter(({ until }) => until === undefined || xmin < until)
      .map((gap) =>
        gap.until === undefined && now - gap.since > PATIENCE_MS ? { ...gap, until: xmax } : gap,
      );
  }

  private fill(arrival: number): void {
    this.gaps = this.gaps.flatMap((gap) => {
      if (arrival < gap.low || arrival > gap.high) return [gap];
      return [
        { ...gap, high: arrival - 1 },
        { ...gap, low: arrival + 1 },
      ].filter(({ low, high }) => low <= high);
    });
  }
}
