/** What a letter consists of; one without `button` has no link. */
export interface LetterWords {
  readonly subject: string;
  readonly lines: readonly string[];
  readonly button?: string;
  /** What to do when it was somebody else; stands at the end. */
  readonly otherwise: string;
}
