import { describe, expect, it } from '@jest/globals';
import { matches } from './matches.js';
import { parseFilter } from './parse-filter.js';

const WORK = { value: 'Ann@example.com', type: 'work', primary: true, rank: 2 };
const fits = (filter: string, element: object = WORK): boolean =>
  matches(parseFilter(filter), element as Record<string, unknown>);

describe('an element of a list', () => {
  it.each([
    'type eq "Work"',
    'TYPE eq "work" and primary eq true',
    'primary eq "True"',
    'value ew "@EXAMPLE.com"',
    'value sw "ann" and value co "@"',
    'type eq "home" or rank ge 2',
    'not (type eq "home")',
    'type ne "home"',
    'display eq null',
    'value pr',
    'rank lt 3',
  ])('is chosen by %s', (filter) => expect(fits(filter)).toBe(true));

  it.each([
    'type eq "home"',
    'primary eq false',
    'display pr',
    'rank gt "1"',
    'constructor pr',
    'value gt 1',
  ])('is not chosen by %s', (filter) => expect(fits(filter)).toBe(false));

  it.each(['value[type eq "x"]', 'value.type eq "x"', 'urn:x:value eq "x"'])(
    'is not asked for %s',
    (filter) => expect(() => fits(filter)).toThrow(expect.objectContaining({ status: 400 })),
  );
});
