import { de } from './de.js';
import { en } from './en.js';
import type { Strings } from './strings.js';

export type { Strings } from './strings.js';

export interface Language {
  code: string;
  strings: Strings;
  /** Where the same language writes dates in another way. */
  regions: readonly string[];
}

/** Every language the pages speak; the first answers a reader who speaks none of them. */
export const languages: readonly [Language, ...Language[]] = [
  {
    code: 'en',
    strings: en,
    regions: ['en-US', 'en-GB', 'en-AU', 'en-CA', 'en-IE', 'en-IN', 'en-NZ', 'en-ZA'],
  },
  { code: 'de', strings: de, regions: ['de-DE', 'de-AT', 'de-CH'] },
];
