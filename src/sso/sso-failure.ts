/** A sign-in through others that ended without a session. `code` says exactly why, for the audit trail. */
export abstract class SsoFailure extends Error {
  /** Where the person wanted to go, once that is known. */
  returnTo?: string;

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
