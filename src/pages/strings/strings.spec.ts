import { describe, expect, it } from '@jest/globals';
import { placesOf } from '../phrase.js';
import { en } from './en.js';
import { languages } from './index.js';

function flat(value: object, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, part] of Object.entries(value) as [string, string | object][]) {
    const here = `${path}${key}`;
    if (typeof part === 'string') found.set(here, part);
    else for (const [name, text] of flat(part, `${here}.`)) found.set(name, text);
  }
  return found;
}

describe.each(languages.map((language) => [language.code, language] as const))(
  'the strings of %s',
  (_code, language) => {
    const strings = flat(language.strings);
    const english = flat(en);

    it('have the same keys as every other language', () => {
      expect([...strings.keys()].sort()).toEqual([...english.keys()].sort());
    });

    it('have the same places in each sentence', () => {
      for (const [key, text] of strings)
        expect([key, placesOf(text)]).toEqual([key, placesOf(english.get(key) ?? '')]);
    });

    it('are filled, calm and free of markup', () => {
      for (const text of strings.values()) {
        expect(text.trim()).not.toBe('');
        expect(text).not.toMatch(/[!<>&]/);
      }
    });

    it('have regions the runtime knows', () => {
      expect(Intl.DateTimeFormat.supportedLocalesOf([...language.regions])).toEqual(language.regions);
    });
  },
);
