import { Type, type TypeOptions } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { readAs } from '../validation.js';
import { IdentityProviderSection } from './identity-provider.section.js';
import { oauth2Calls, OAuth2ProviderSection, oauth2ProviderProblems } from './oauth2-provider.section.js';
import { OidcProviderSection, oidcProviderProblems } from './oidc-provider.section.js';
import { withPreset } from './presets/index.js';
import { samlPeer, samlProviderProblems } from './saml/saml-peer.js';
import { SamlProviderSection, settleMetadata } from './saml-provider.section.js';
import { sharedIssuers, type PeopleOf } from './shared-issuers.js';

export type AnyProviderSection = OidcProviderSection | OAuth2ProviderSection | SamlProviderSection;

interface SectionKind<Section extends AnyProviderSection> {
  /** Reads a provider of this kind. */
  readonly value: new () => Section;
  /** What that cannot see. */
  readonly problems: (section: Section) => string[];
  /** The settings that are never shown, and sealed where they are stored. */
  readonly secrets: readonly (keyof Section & string)[];
  /** Which people it speaks for. */
  readonly people: (section: Section) => Omit<PeopleOf, 'id'>;
  /** What this server asks, and where it sends secrets, by setting. */
  readonly calls: (section: Section) => Readonly<Record<string, string>>;
}

const KINDS: { readonly [Section in AnyProviderSection as Section['kind']]: SectionKind<Section> } = {
  oidc: {
    value: OidcProviderSection,
    problems: oidcProviderProblems,
    secrets: ['clientSecret'],
    people: ({ issuer }) => ({ issuer, source: undefined }),
    calls: ({ issuer }) => ({ issuer }),
  },
  oauth2: {
    value: OAuth2ProviderSection,
    problems: oauth2ProviderProblems,
    secrets: ['clientSecret'],
    people: ({ issuer, userInfoEndpoint }) => ({ issuer, source: userInfoEndpoint }),
    calls: oauth2Calls,
  },
  saml: {
    value: SamlProviderSection,
    problems: samlProviderProblems,
    secrets: ['signing', 'decryption'],
    // Whoever has one of these keys speaks for them.
    people: ({ issuer, certificates, metadata = '' }) => ({
      issuer,
      source: [...certificates, metadata].join(),
    }),
    // Only browsers go there, and no secret does.
    calls: () => ({}),
  },
};

/** Which class reads which kind; what names no kind is read as what all have, and refused for its kind. */
export const BY_KIND: TypeOptions = {
  keepDiscriminatorProperty: true,
  discriminator: {
    property: 'kind',
    subTypes: Object.entries(KINDS).map(([name, { value }]) => ({ name, value })),
  },
};

export {
  IdentityProviderSection,
  OAuth2ProviderSection,
  OidcProviderSection,
  samlPeer,
  SamlProviderSection,
  settleMetadata,
  withPreset,
};
export type { SamlKey } from './saml/saml-keys.js';

/** The settings of a kind that are never shown. */
export function secretSettings(kind: AnyProviderSection['kind']): readonly string[] {
  return KINDS[kind].secrets;
}

/** What this server asks in the name of a provider, and where it sends its secrets, by setting. */
export function calledUrls(section: AnyProviderSection): Readonly<Record<string, string>> {
  return kindOf(section).calls(section);
}

class One {
  @ValidateNested() @Type(() => IdentityProviderSection, BY_KIND) settings!: AnyProviderSection;
}

/** Reads one provider as the configuration file has it, wherever it comes from; `problems` gets what is wrong. */
export function readIdentityProvider(raw: object, problems: string[]): AnyProviderSection {
  const before = problems.length;
  const { settings } = readAs(One, { settings: withPreset(raw) }, '', problems);
  if (problems.length === before) problems.push(...ownProblems(settings));
  return settings;
}

/** What is wrong with providers that their classes cannot see. `trusted` are the issuers of `trustedIssuers`. */
export function identityProviderProblems(
  providers: readonly AnyProviderSection[],
  trusted: readonly string[] = [],
): string[] {
  return [...providers.flatMap(ownProblems), ...sharedIssuers(providers.map(peopleOf), trusted)].map(
    (problem) => `identityProviders: ${problem}`,
  );
}

const ownProblems = (section: AnyProviderSection): string[] => kindOf(section).problems(section);

const peopleOf = (section: AnyProviderSection): PeopleOf => ({
  id: section.id,
  ...kindOf(section).people(section),
});

/** A union of functions cannot be called with a union, though both are of one kind. */
const kindOf = (section: AnyProviderSection) =>
  KINDS[section.kind] as unknown as SectionKind<AnyProviderSection>;
