import { describe, expect, it } from '@jest/globals';
import { canonical } from './canonical.js';

describe('canonical JSON (RFC 8785)', () => {
  it('is what the RFC has as its example (§3.2.2, §3.2.3)', () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonical(JSON.parse(input))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts members by UTF-16 code units (§3.2.3)', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6'];
    const text = canonical(Object.fromEntries(names.map((name) => [name, 0])));
    expect(text).toBe('{"\\r":0,"1":0,"\u0080":0,"\u00f6":0,"\u20ac":0,"\u{1f600}":0,"\ufb33":0}');
  });

  it('looks at what is deep within what is out of order as often as at what is not', () => {
    let looks = 0;
    const watched = Object.defineProperty({}, 'a', { enumerable: true, get: () => ++looks && 0 });
    let nested: unknown = { b: watched, a: 0 };
    for (let depth = 0; depth < 90; depth++) nested = { a: nested };
    expect(canonical(nested)).toContain('{"a":0,"b":{"a":0}}');
    expect(looks).toBeLessThan(4);
  });

  it('leaves out what JSON leaves out, and says zero in one way', () => {
    expect(canonical({ b: undefined, a: -0, c: [undefined] })).toBe('{"a":0,"c":[null]}');
  });
});
