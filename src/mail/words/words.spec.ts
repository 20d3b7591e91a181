import { describe, expect, it } from '@jest/globals';
import { enMail } from './en.js';
import { mailLanguages } from './index.js';

function flat(value: object, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, part] of Object.entries(value) as [string, string | object][]) {
    if (typeof part === 'string') found.set(`${path}${key}`, part);
    else for (const [name, text] of flat(part, `${path}${key}.`)) found.set(name, text);
  }
  return found;
}

const placesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();

/** What is filled in; see render.ts. */
const PLACES = ['brand', 'email', 'host', 'item', 'name', 'until', 'when', 'where'];

describe.each(Object.entries(mailLanguages))('the letters in %s', (_code, words) => {
  const [here, english] = [flat(words), flat(enMail)];

  it('have the same parts as in every other language', () => {
    expect([...here.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('have the same places in each part, and none that nothing fills', () => {
    for (const [key, text] of here) {
      expect([key, placesOf(text)]).toEqual([key, placesOf(english.get(key) ?? '')]);
      expect([key, placesOf(text).filter((place) => !PLACES.includes(place))]).toEqual([key, []]);
    }
  });

  it('are filled, calm and free of markup', () => {
    for (const text of here.values()) {
      expect(text.trim()).not.toBe('');
      expect(text).not.toMatch(/[!<>&]/);
    }
  });
});
