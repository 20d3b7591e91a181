import { describe, expect, it } from '@jest/globals';
import { freshSeconds } from './fresh-seconds.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;

describe('freshSeconds', () => {
  it.each([
    ['nothing said', {}, 300],
    ['an hour', { 'cache-control': 'max-age=3600' }, HOUR],
    ['an hour among others', { 'cache-control': 'public, Max-Age=3600, must-revalidate' }, HOUR],
    ['an hour in quotes', { 'cache-control': 'max-age="3600"' }, HOUR],
    ['an hour, half of it over', { 'cache-control': 'max-age=3600', age: '1800' }, HOUR / 2],
    ['an hour, all of it over', { 'cache-control': 'max-age=3600', age: '9000' }, 60],
    ['too little', { 'cache-control': 'max-age=1' }, 60],
    ['none', { 'cache-control': 'max-age=0' }, 60],
    ['too much', { 'cache-control': 'max-age=31536000' }, DAY],
    ['more than a number holds', { 'cache-control': 'max-age=99999999999999999999' }, 300],
    ['less than nothing', { 'cache-control': 'max-age=-5' }, 300],
    ['no-store', { 'cache-control': 'no-store' }, 60],
    ['no-cache beside a lifetime', { 'cache-control': 'no-cache, max-age=3600' }, 60],
    ['another word that begins like it', { 'cache-control': 'no-cachefoo, max-age=3600' }, HOUR],
    [
      'Expires an hour after Date',
      { expires: 'Wed, 21 Oct 2026 08:28:00 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      HOUR,
    ],
    ['Expires long ago', { expires: 'Wed, 21 Oct 2015 07:28:00 GMT' }, 60],
    ['Expires that is no date', { expires: '0' }, 60],
    [
      'max-age over Expires',
      { 'cache-control': 'max-age=3600', expires: 'Wed, 21 Oct 2015 07:28:00 GMT' },
      HOUR,
    ],
  ])('%s', (_what, headers: Record<string, string>, seconds) =>
    expect(freshSeconds(headers, DAY)).toBe(seconds),
  );
});
