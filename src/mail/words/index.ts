import { deMail } from './de.js';
import { enMail } from './en.js';
import type { Words } from './words.js';

export type { LetterKind, Words } from './words.js';

/** Every language the letters speak. */
export const mailLanguages: Readonly<Record<string, Words>> = { en: enMail, de: deMail };

/** English for who reads none of them. */
export const wordsIn = (language: string): Words => mailLanguages[language] ?? enMail;
