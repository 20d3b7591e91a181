import { badRequest, type ScimRefusal } from '../scim-refusal.js';
import type { Constant } from './filter.js';

export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'mark'; readonly text: '(' | ')' | '[' | ']' }
  | { readonly kind: 'constant'; readonly value: Constant };

const WORD = /[A-Za-z$.][\w.:$-]*/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])/y;
/** RFC 7159: a string ends at the first quote that no backslash stands before. */
const STRING = /"(?:[^"\\]|\\.)*"/y;
const WORDS: Readonly<Record<string, Constant>> = { true: true, false: false, null: null };

export const wrongFilter = (detail: string): ScimRefusal => badRequest('invalidFilter', detail);

/** Reads each character once. @throws ScimRefusal invalidFilter */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  while (at < text.length) {
    const mark = text[at]!;
    if (/\s/.test(mark)) at++;
    else if ('()[]'.includes(mark)) {
      tokens.push({ kind: 'mark', text: mark as '(' });
      at++;
    } else tokens.push(tokenOf(take));
  }
  return tokens;
}

function tokenOf(take: (pattern: RegExp) => string | undefined): Token {
  const string = take(STRING);
  if (string !== undefined) return { kind: 'constant', value: textOf(string) };
  const number = take(NUMBER);
  if (number !== undefined) return { kind: 'constant', value: Number(number) };
  const word = take(WORD);
  if (word === undefined) throw wrongFilter('The filter has a character where none is expected');
  const constant = WORDS[word.toLowerCase()];
  // `.value` after a bracket begins with its dot, which is read with the word that follows.
  return constant !== undefined && Object.hasOwn(WORDS, word.toLowerCase())
    ? { kind: 'constant', value: constant }
    : { kind: 'word', text: word };
}

function textOf(literal: string): string {
  try {
    const text = JSON.parse(literal) as string;
    // PostgreSQL text cannot hold either.
    if (!text.includes('\0') && text.isWellFormed()) return text;
  } catch {
    // Said below.
  }
  throw wrongFilter('The filter has a string that is not well-formed JSON');
}
