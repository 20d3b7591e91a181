import { describe, expect, it } from '@jest/globals';
import { linkPhrase, placesOf, plainPhrase, richPhrase } from './phrase.js';

describe('phrases', () => {
  it('put names in their places', () => {
    expect(plainPhrase({ text: 'Allow {app} to use {resource}?', values: { app: 'A', resource: 'B' } })).toBe(
      'Allow A to use B?',
    );
  });

  it('isolate and escape names in markup', () => {
    expect(richPhrase({ text: 'Allow <{app}>', values: { app: '<b>\u202E' } })).toBe(
      'Allow &lt;<bdi>&lt;b&gt;</bdi>&gt;',
    );
  });

  it('do not read places in a name', () => {
    expect(richPhrase({ text: '{app} {other}', values: { app: '{other}', other: '$&' } })).toBe(
      '<bdi>{other}</bdi> <bdi>$&amp;</bdi>',
    );
  });

  it('can hold a link', () => {
    expect(linkPhrase('under {account}.', '/base/account', 'A & B')).toBe(
      'under <a href="/base/account">A &amp; B</a>.',
    );
  });

  it('list their places', () => {
    expect(placesOf('{b} and {a}')).toEqual(['a', 'b']);
  });
});
