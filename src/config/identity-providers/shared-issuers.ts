import { isTemplated } from './entra-tenants.js';

/** The people of a provider: those it finds at `source`, kept under the name `issuer`. */
export interface PeopleOf {
  readonly id: string;
  readonly issuer: string;
  /** `undefined`: the issuer is more than a name, it is proved by discovery. */
  readonly source: string | undefined;
}

/**
 * People are kept by issuer and subject. An OpenID provider proves its issuer; of another kind it is only a name, and
 * whoever gave it to a second provider would let that one's people be the people of the first. `trusted` are issuers
 * that speak for people in other ways.
 */
export function sharedIssuers(providers: readonly PeopleOf[], trusted: readonly string[]): string[] {
  return providers.flatMap(({ id, issuer, source }, index) => {
    const before = providers.slice(0, index).find((other) => overlap(other.issuer, issuer));
    if (before && before.source !== source)
      return [`${id} has the issuer of ${before.id}, but its people are not the same`];
    return source !== undefined && trusted.some((other) => overlap(other, issuer))
      ? [`${id} has an issuer that is among trustedIssuers, but does not prove that it is it`]
      : [];
  });
}

/** The same but for ways to write it, or one of them stands for many at its host. */
function overlap(one: string, other: string): boolean {
  if (!URL.canParse(one) || !URL.canParse(other)) return one === other;
  const [a, b] = [new URL(one), new URL(other)];
  return a.href === b.href || (a.host === b.host && (isTemplated(one) || isTemplated(other)));
}
