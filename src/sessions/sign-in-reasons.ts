import { Injectable } from '@nestjs/common';

/** What a sign-in is for, as far as it is known and true. */
export interface SignInReason {
  /** The app that waits for it. */
  readonly appName: string;
  /** Where the redirects that follow the form may end up. */
  readonly formTargets: readonly string[];
  /** The levels of sign-in that it asks for; none when any will do. */
  readonly acrs?: readonly string[];
}

type Explain = (returnTo: string) => Promise<SignInReason | undefined>;

/** Asks the room that a sign-in leads back to what it is for; that room registers itself here. */
@Injectable()
export class SignInReasons {
  private explain: Explain = () => Promise.resolve(undefined);

  register(explain: Explain): void {
    this.explain = explain;
  }

  of(returnTo: string | undefined): Promise<SignInReason | undefined> {
    return returnTo === undefined ? Promise.resolve(undefined) : this.explain(returnTo);
  }
}
