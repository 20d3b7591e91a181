import { describe, expect, it } from '@jest/globals';
import { PlacesCursor, PlacesWriter } from './places.js';

const written = (places: readonly number[]): Buffer => {
  const writer = new PlacesWriter();
  for (const seq of places) writer.add(seq);
  return writer.end();
};

const readUpTo = (places: Buffer, end: number): number[] => {
  const cursor = new PlacesCursor(places);
  return Array.from({ length: end }, (_, seq) => seq).filter((seq) => cursor.at(seq) !== undefined);
};

describe('A set of places', () => {
  it.each([[[]], [[0]], [[5]], [[0, 1, 2]], [[0, 2, 4]], [[3, 4, 5, 200, 201, 470]]])(
    'is read as it was written: %j',
    (places) => expect(readUpTo(written(places), 500)).toEqual(places),
  );

  it('tells how far a run goes', () => {
    const cursor = new PlacesCursor(written([7, 8, 9, 300]));
    expect([cursor.at(7), cursor.at(10), cursor.at(300)]).toEqual([
      { from: 7, to: 10 },
      undefined,
      { from: 300, to: 301 },
    ]);
  });

  it('has places beyond 32 bits', () => {
    const far = 2 ** 40;
    expect(new PlacesCursor(written([1, far, far + 1])).at(far)).toEqual({ from: far, to: far + 2 });
  });

  it('takes less than a byte for an event, however they lie', () => {
    const places = Array.from({ length: 100_000 }, (_, n) => n).filter((n) => Math.sin(n * n) > 0);
    expect(written(places).length).toBeLessThan(places.length);
  });

  it('is refused when the bytes are none', () => {
    expect(() => new PlacesCursor(Buffer.from('something else'))).toThrow();
  });
});
