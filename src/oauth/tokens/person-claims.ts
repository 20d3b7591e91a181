/** What is known of a person that a claim can say. */
export interface Person {
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string | null;
  /** Names of the groups they are in. */
  readonly groups: readonly string[];
}

/** Every claim there can be. */
export const PERSON_CLAIMS = ['email', 'email_verified', 'name', 'groups'] as const;

/** OpenID Connect Core §5.4: a claim is there only when its scope was granted. */
export function personClaims(person: Person, scopes: readonly string[]): Record<string, unknown> {
  return {
    ...(scopes.includes('email') && { email: person.email, email_verified: person.emailVerified }),
    ...(scopes.includes('profile') && person.name !== null && { name: person.name }),
    ...(scopes.includes('groups') && { groups: person.groups }),
  };
}
