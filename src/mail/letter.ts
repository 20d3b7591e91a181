import type { LetterKind } from './words/index.js';

/** A letter as it lies in the outbox: what it says, not how. It holds no link. */
export interface Letter {
  readonly kind: LetterKind;
  readonly to: string;
  /** Of the person, if it is known. */
  readonly name?: string;
  /** Of the reader, if it is known. */
  readonly language?: string;
  /** The thing it is about, such as the name of a passkey. */
  readonly item?: string;
  /** Whose account it is about, for the audit trail. */
  readonly userId?: string;
  /** When it happened, in milliseconds. */
  readonly at: number;
  /** From where it was asked for. */
  readonly ip?: string;
}

/** The only thing in a letter that lets somebody in; made when the letter leaves, and never stored. */
export interface MailLink {
  readonly path: string;
  readonly until: Date;
}

/**
 * A letter that is finished when it leaves: whoever registered for its kind decides then whether and to whom it goes,
 * and makes its link. Nothing is known of the reader before.
 */
export interface Errand {
  readonly errand: string;
  readonly about: Readonly<Record<string, string>>;
  readonly language?: string;
  readonly at: number;
  readonly ip?: string;
}

/** What the audit trail tells of a letter, or of one that never came to be. */
export interface LetterFacts {
  readonly kind: string;
  readonly userId?: string;
}

export interface FinishedLetter {
  readonly letter: Letter;
  readonly link?: MailLink;
}
