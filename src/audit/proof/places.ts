import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Places from one up to another (exclusive). */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** Writes a set of places, given in ascending order, in few bytes: how far it is to the next run, and how long that is. */
export class PlacesWriter {
  private readonly bytes: number[] = [];
  private run: Run = { from: 0, to: 0 };
  private written = 0;

  add(seq: number): void {
    if (seq === this.run.to && this.run.to > this.run.from) this.run = { ...this.run, to: seq + 1 };
    else {
      this.flush();
      this.run = { from: seq, to: seq + 1 };
    }
  }

  end(): Buffer {
    this.flush();
    return deflateRawSync(Buffer.from(this.bytes));
  }

  private flush(): void {
    const { from, to } = this.run;
    if (to === from) return;
    this.number(from - this.written);
    this.number(to - from);
    this.written = to;
  }

  /** LEB128; without shifts, which end at 32 bits. */
  private number(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.bytes.push((rest % 128) + 128);
    this.bytes.push(rest);
  }
}

/** Looks places up in such a set; ask in ascending order. @throws Error when the bytes are no such set. */
export class PlacesCursor {
  private readonly bytes: Buffer;
  private read = 0;
  private run: Run | undefined = { from: 0, to: 0 };

  constructor(places: Buffer) {
    this.bytes = inflateRawSync(places);
  }

  /** The run that has this place in it. */
  at(seq: number): Run | undefined {
    while (this.run && this.run.to <= seq) this.run = this.next(this.run.to);
    return this.run && this.run.from <= seq ? this.run : undefined;
  }

  private next(after: number): Run | undefined {
    if (this.read >= this.bytes.length) return undefined;
    const from = after + this.number();
    return { from, to: from + this.number() };
  }

  private number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.read++] ?? 0;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  }
}
