import { escapeExactly, visibleText } from './text.js';

/** A sentence of the string list and the names to put in its `{places}`. */
export interface Phrase {
  text: string;
  values?: Record<string, string>;
}

const place = /\{(\w+)\}/g;

export function plainPhrase({ text, values = {} }: Phrase): string {
  return text.replace(place, (whole, name: string) => visibleText(values[name] ?? whole));
}

/** As markup: each name stands in `<bdi>`, so that a right-to-left name cannot reorder the sentence around it. */
export function richPhrase({ text, values = {} }: Phrase): string {
  return escapeExactly(text).replace(place, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : `<bdi>${escapeExactly(visibleText(value))}</bdi>`;
  });
}

/** A sentence with one `{place}` that is a link; the caller has checked the address. */
export function linkPhrase(text: string, href: string, label: string): string {
  const link = `<a href="${escapeExactly(href)}">${escapeExactly(label)}</a>`;
  return escapeExactly(text).replace(place, () => link);
}

export function placesOf(text: string): string[] {
  return Array.from(text.matchAll(place), (found) => found[1] ?? '').sort();
}
