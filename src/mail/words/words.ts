import type { enMail } from './en.js';
import type { LetterWords } from './letter-words.js';

/** Every kind of letter there is. */
export type LetterKind = keyof (typeof enMail)['letters'];

/** English sets the keys; every other language must have exactly these. */
export type Words = Omit<typeof enMail, 'letters'> & {
  readonly letters: Readonly<Record<LetterKind, LetterWords>>;
};
