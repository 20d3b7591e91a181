/** What a proof rests on. */
export interface Basis {
  /** Of the password that was right (`passwordMark`). */
  readonly mark?: string;
  /** The credential id of the passkey that was used. */
  readonly passkey?: Buffer;
  /** A second factor of whatever kind. */
  readonly factor?: true;
}
