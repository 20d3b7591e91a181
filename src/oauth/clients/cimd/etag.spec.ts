import { describe, expect, it } from '@jest/globals';
import { etagOf } from './etag.js';

describe('etagOf', () => {
  it.each(['"abc"', 'W/"abc"', '""'])('keeps %s', (etag) => expect(etagOf({ etag })).toBe(etag));
  it.each(['abc', '"a b"', '"a"b"', 'w/"a"', `"${'a'.repeat(300)}"`, '"a"\r\nX: y', '"ä"'])(
    'does not keep %p',
    (etag) => expect(etagOf({ etag })).toBeUndefined(),
  );
  it('has none where none is given', () => expect(etagOf({})).toBeUndefined());
});
