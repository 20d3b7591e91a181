import { describe, expect, it } from '@jest/globals';
import { builtInSentence, scopeSentence } from './scope-sentence.js';
import { de } from './strings/de.js';
import { en } from './strings/en.js';

const sentence = builtInSentence('mcp:tools:read');

describe('The sentence of a scope', () => {
  it('is in the language of the reader when the scope is built in', () => {
    expect(scopeSentence({ scope: 'mcp:tools:read', sentence }, en)).toBe(sentence);
    expect(scopeSentence({ scope: 'mcp:tools:read', sentence }, de)).toBe(
      'Ihre Notizen lesen und für Sie nachschlagen',
    );
  });

  it('stays as it was given when the scope is not built in', () => {
    for (const scope of ['calendar:read', 'toString', '__proto__', ''])
      expect(scopeSentence({ scope, sentence: 'Read your calendar' }, de)).toBe('Read your calendar');
  });

  it('stays as it was given when the installation has its own words for a built-in scope', () => {
    expect(scopeSentence({ scope: 'mcp:tools:read', sentence: 'Look at tickets' }, de)).toBe(
      'Look at tickets',
    );
  });

  it('differs between the languages for every built-in scope', () => {
    const same = Object.entries(en.scopes).filter(([scope, words]) =>
      Object.entries(de.scopes).some(([name, said]) => name === scope && said === words),
    );
    expect(same).toEqual([]);
  });
});
