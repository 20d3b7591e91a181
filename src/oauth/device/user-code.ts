import { randomInt } from 'node:crypto';

/** RFC 8628 §6.1: consonants only, so that no words appear and nothing is mistaken for a digit. */
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;
const USER_CODE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** A code that a person types: 20^8 possibilities, without the dash it is shown with. */
export function newUserCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** What was typed, in the form that is compared: case, dashes and spaces do not count. `undefined`: no code at all. */
export function readUserCode(typed: unknown): string | undefined {
  if (typeof typed !== 'string' || typed.length > 64) return undefined;
  const code = typed.replace(/[\s\p{Pd}]/gu, '').toUpperCase();
  return USER_CODE.test(code) ? code : undefined;
}

/** As people read it best. */
export const shownUserCode = (code: string): string =>
  `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
