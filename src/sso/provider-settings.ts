import { Injectable } from '@nestjs/common';
import {
  AppConfig,
  calledUrls,
  identityProviderProblems,
  readIdentityProvider,
  secretSettings,
  type AnyProviderSection,
} from '../config/index.js';
import { OutboundHttp } from '../outbound/index.js';

/** Settings as the configuration file has them, without the id. */
export type RawSettings = Readonly<Record<string, unknown>>;

/** The settings of a provider cannot be used; `problems` says of each what is wrong, never what was given. */
export class SettingsRefused extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`Settings of an identity provider were refused: ${problems.join('; ')}`);
    this.name = 'SettingsRefused';
  }
}

/** The one path by which settings that come over the network become a provider: the rules of the file, and some more. */
@Injectable()
export class ProviderSettings {
  constructor(
    private readonly config: AppConfig,
    private readonly outbound: OutboundHttp,
  ) {}

  /** Whether the configuration has a provider of this name. */
  isTaken(id: string): boolean {
    return this.config.identityProviders.some((section) => section.id === id);
  }

  /** `others` are those that admins set up beside it. @throws SettingsRefused */
  read(id: string, raw: RawSettings, others: readonly AnyProviderSection[]): AnyProviderSection {
    const problems: string[] = 'id' in raw ? ['id is not among the settings'] : [];
    const section = readIdentityProvider({ ...raw, id }, problems);
    if (problems.length === 0) problems.push(...this.outside(section), ...this.beside(section, others));
    if (problems.length > 0) throw new SettingsRefused(problems);
    return section;
  }

  /** An address that is let in here can still turn out to be inside, once its name is resolved. */
  private outside(section: AnyProviderSection): string[] {
    return Object.entries(calledUrls(section)).flatMap(([name, url]) =>
      this.outbound.mayCall(url)
        ? []
        : [`${name} must be an https URL that is neither on this machine nor inside its network`],
    );
  }

  private beside(section: AnyProviderSection, others: readonly AnyProviderSection[]): string[] {
    const trusted = this.config.trustedIssuers.map(({ issuer }) => issuer);
    const all = [...this.config.identityProviders, ...others, section];
    return identityProviderProblems(all, trusted).map((problem) =>
      problem.replace(/^identityProviders: /, ''),
    );
  }
}

/** The secrets among settings, and the rest. */
export function split(
  raw: RawSettings,
  kind: AnyProviderSection['kind'],
): [secrets: RawSettings, open: RawSettings] {
  const names = secretSettings(kind);
  const entries = Object.entries(raw);
  return [
    Object.fromEntries(entries.filter(([name]) => names.includes(name))),
    Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
  ];
}

/** RFC 7396 for the settings themselves: what is left out stays, `null` takes away. */
export function patched(before: RawSettings, patch: RawSettings): RawSettings {
  const entries = Object.entries({ ...before, ...patch });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}
