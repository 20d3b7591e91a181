import type { BearerPerson, VerifiedToken } from '../../oauth/index.js';

/** Who makes a request. */
export interface Bearer {
  readonly token: VerifiedToken;
  /** Who the person is now; asked at most once in a request. `undefined`: there is none. */
  readonly person: () => Promise<BearerPerson | undefined>;
}

/** The same, where `find` is asked for the person when somebody wants to know. */
export function bearerOf(
  token: VerifiedToken,
  find: (userId: string) => Promise<BearerPerson | undefined>,
): Bearer {
  const { userId } = token;
  let person: Promise<BearerPerson | undefined> | undefined;
  return {
    token,
    person: () => (person ??= userId === undefined ? Promise.resolve(undefined) : find(userId)),
  };
}
