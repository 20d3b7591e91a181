import { languages } from './strings/index.js';
import type { Language } from './strings/index.js';

export interface Locale {
  language: Language;
  /** For dates: the reader's region if it is known, such as `en-GB`. */
  tag: string;
}

/** No browser sends more; the rest of a longer header is not read. */
const longestHeader = 1024;
const mostWishes = 24;

/** RFC 9110 section 12.5.4, against the list of languages; nothing of the header itself gets through. */
export function chooseLocale(header: string | undefined): Locale {
  const wishes = (header ?? '').slice(0, longestHeader).split(',', mostWishes).map(parseWish);
  const ranked = wishes.filter((wish) => wish.weight > 0).sort((a, b) => b.weight - a.weight);
  for (const { tag } of ranked) {
    const language = languages.find(({ code }) => tag === code || tag.startsWith(`${code}-`));
    if (language) return { language, tag: regionOf(language, tag) };
  }
  return { language: languages[0], tag: languages[0].code };
}

function parseWish(part: string): { tag: string; weight: number } {
  const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  const weight = q === undefined ? 1 : Number(q.slice(2));
  return { tag, weight: weight >= 0 && weight <= 1 ? weight : 0 };
}

function regionOf(language: Language, tag: string): string {
  return language.regions.find((region) => region.toLowerCase() === tag) ?? language.code;
}
