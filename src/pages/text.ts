/**
 * Names come from clients, people and identity providers. What cannot be seen can lie: bidi controls turn
 * a name around, zero-width characters imitate another, combining marks climb over neighbouring lines.
 */
const breaks = /[\p{Zl}\p{Zp}\p{Cc}]/gu;
const invisible = /[\p{Cf}\p{Cs}\p{Co}]|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0/gu;
const markPile = /(\p{M}{4})\p{M}+/gu;
const spaces = /\p{Zs}+/gu;

const htmlEscapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const ellipsis = '…';

export function visibleText(value: string): string {
  return value
    .normalize('NFC')
    .replace(breaks, ' ')
    .replace(invisible, '')
    .replace(markPile, '$1')
    .replace(spaces, ' ')
    .trim();
}

/** One line of foreign text, at most `max` characters as a reader counts them. */
export function cleanText(value: string, max = 64): string {
  // A reader's character can be many code units; the slice only keeps the work bounded.
  const seen = visibleText(value.slice(0, max * 16));
  const characters = graphemes(seen);
  if (characters.length <= max && value.length <= max * 16) return seen;
  return (
    characters
      .slice(0, max - 1)
      .join('')
      .trimEnd() + ellipsis
  );
}

/** A host keeps its end, because that is where its owner stands. */
export function cleanHost(value: string, max = 72): string {
  const seen = visibleText(value.slice(-max * 16));
  return seen.length <= max ? seen : ellipsis + seen.slice(1 - max);
}

/** The letter shown where an app has no logo. */
export function letterMark(name: string): string {
  const letter = /[\p{L}\p{N}]/u.exec(cleanText(name))?.[0] ?? '•';
  return letter.toLocaleUpperCase('en');
}

export function escapeExactly(value: string): string {
  return value.replace(/[&<>"']/g, (found) => htmlEscapes[found] ?? '');
}

/** The default for everything a template writes: nothing invisible, nothing that is markup. */
export function escapeText(value: unknown): string {
  return escapeExactly(visibleText(String(value)));
}

function graphemes(value: string): string[] {
  return Array.from(
    new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(value),
    (part) => part.segment,
  );
}
