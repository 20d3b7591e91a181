import { describe, expect, it } from '@jest/globals';
import { cleanHost, cleanText, escapeExactly, escapeText, letterMark, visibleText } from './text.js';

describe('text from others', () => {
  it('loses what turns the direction of writing', () => {
    expect(visibleText('Safe\u202Eexe.app\u2066x\u2069\u200F')).toBe('Safeexe.appx');
  });

  it('loses zero-width characters, tags and control characters, and keeps to one line', () => {
    expect(visibleText('Go\u200Bog\u200Dle\uFEFF\u{E0041}\u0000 \r\n Drive\u2028now\u3164')).toBe(
      'Google Drive now',
    );
  });

  it('keeps letters of every script, marks included', () => {
    expect(visibleText('Çağrı Ελλάδα עברית हिन्दी 日本語')).toBe('Çağrı Ελλάδα עברית हिन्दी 日本語');
  });

  it('does not let marks pile up over other lines', () => {
    expect(visibleText(`a${'\u0337'.repeat(500)}b`).length).toBeLessThan(8);
  });

  it('is cut by characters as a reader counts them, with an ellipsis', () => {
    expect(cleanText('abcdef', 6)).toBe('abcdef');
    expect(cleanText('abcdefg', 6)).toBe('abcde…');
    expect(cleanText('👍🏽'.repeat(10), 3)).toBe('👍🏽👍🏽…');
  });

  it('is bounded for hostile lengths', () => {
    expect(cleanText('W'.repeat(10_000))).toHaveLength(64);
    expect(cleanText('\u202E'.repeat(10_000))).toBe('…');
  });

  it('is empty when nothing of it can be seen', () => {
    expect(cleanText('\u200B\u202E \u2060')).toBe('');
  });

  it('keeps the end of a host, where its owner stands', () => {
    const shown = cleanHost(`${'accounts.example.com.'.repeat(20)}evil.example`);
    expect(shown.startsWith('…')).toBe(true);
    expect(shown.endsWith('.evil.example')).toBe(true);
    expect(shown).toHaveLength(72);
  });

  it('gives the first letter or digit as a mark', () => {
    expect(letterMark(' "claude')).toBe('C');
    expect(letterMark('élan')).toBe('É');
    expect(letterMark('<>')).toBe('•');
  });

  it('is never markup', () => {
    expect(escapeText(`"><img src=x onerror='a'>&`)).toBe(
      '&quot;&gt;&lt;img src=x onerror=&#39;a&#39;&gt;&amp;',
    );
    expect(escapeExactly('a\u200B"<')).toBe('a\u200B&quot;&lt;');
  });
});
