/** A sign-in through others that ended without a session. `code` says exactly why, for the audit trail. */
export abstract class SsoFailure extends Error {
  /** Where the person wanted to go, once that is known. */
  returnTo?: string;
  /** How fresh the sign-in had to be, once that is known. */
  maxAge?: number;
  /** Nobody was to be signed in: it was to connect another sign-in to an account. */
  isLink?: boolean;

  constructor(
    readonly code: string,
    /** What else the trail should tell; never a token, never free text of the other side. */
    readonly facts: Readonly<Record<string, string>> = {},
  ) {
    super(code);
    this.name = new.target.name;
  }
}

/** The provider did not answer, or not in time. */
export class ProviderUnavailable extends SsoFailure {}

/** What came back proves nothing. */
export class SignInRejected extends SsoFailure {}

/** The provider vouched for somebody whom this server does not let in under that name. */
export class PersonRefused extends SsoFailure {}
