import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../audit/index.js';
import { readIdentityProvider, secretSettings, type AnyProviderSection } from '../config/index.js';
import type { IdentityProvider } from './identity-provider.entity.js';
import type { LiveProvider } from './live-provider.js';
import type { ProviderFactory, ProviderSource } from './provider-factory.js';
import { split, type RawSettings } from './provider-settings.js';
import type { ProviderFacts } from './providers/provider.js';

/** A provider as admins see it; carries no secret. */
export interface ProviderView {
  readonly id: string;
  readonly source: ProviderSource;
  readonly kind: string;
  readonly label: string;
  readonly enabled: boolean;
  /** All of them, those that are as they are by default too. */
  readonly settings: RawSettings;
  /** Names of the settings that are secrets and are there. */
  readonly secrets: readonly string[];
  readonly facts?: ProviderFacts;
  /** Why it cannot be used, if it cannot. */
  readonly problems: readonly string[];
  /** Only of those that admins set up. */
  readonly stored?: Pick<IdentityProvider, 'version' | 'createdAt' | 'updatedAt'>;
}

export function liveView({ section, source, provider }: LiveProvider): ProviderView {
  return { ...sectionView(section), source, facts: provider.facts, problems: [] };
}

/** One of the table, whether or not it can be used. */
export function storedView(
  row: IdentityProvider,
  secrets: RawSettings | undefined,
  factory: ProviderFactory,
): ProviderView {
  const { id, version, createdAt, updatedAt } = row;
  const problems: string[] = secrets
    ? []
    : ['its secrets cannot be opened with the keys that are configured'];
  const section = readIdentityProvider({ ...row.settings, ...secrets, id }, problems);
  const common = { source: 'admin' as const, problems, stored: { version, createdAt, updatedAt } };
  if (problems.length === 0)
    return { ...sectionView(section), ...common, facts: factory.make(section, 'admin').facts };
  const { kind, name } = row.settings as RawSettings;
  return {
    id,
    kind: typeof kind === 'string' ? kind : 'unknown',
    label: typeof name === 'string' ? name : id,
    enabled: false,
    settings: row.settings as RawSettings,
    secrets: Object.keys(secrets ?? {}),
    ...common,
  };
}

function sectionView(
  section: AnyProviderSection,
): Pick<ProviderView, 'id' | 'kind' | 'label' | 'enabled' | 'settings' | 'secrets'> {
  const plain = JSON.parse(JSON.stringify(section)) as Record<string, unknown>;
  const { id, kind, name = id, enabled } = section;
  const [secrets, open] = split(plain, kind);
  const settings = Object.fromEntries(Object.entries(open).filter(([setting]) => setting !== 'id'));
  return { id, kind, label: name, enabled, settings, secrets: Object.keys(secrets) };
}

/** The same in full: what the settings were and are, without secrets. */
export function changeOf(
  kind: AnyProviderSection['kind'],
  before: RawSettings | null,
  after: RawSettings | null,
): Change {
  const secret = secretSettings(kind);
  const open = (settings: RawSettings | null) =>
    settings && Object.fromEntries(Object.entries(settings).filter(([name]) => !secret.includes(name)));
  const secrets = secret.filter((name) => before && after && !isDeepStrictEqual(before[name], after[name]));
  return { before: open(before), after: open(after), secrets };
}

/** What a change was, as the audit trail tells it; of a secret only that it is another one. */
export function changes(
  kind: AnyProviderSection['kind'],
  before: RawSettings,
  after: RawSettings,
): Record<string, unknown> {
  const secret = secretSettings(kind);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return Object.fromEntries(
    names
      .filter((name) => !isDeepStrictEqual(before[name], after[name]))
      .map((name) => [
        name,
        secret.includes(name) ? 'changed' : { before: before[name] ?? null, after: after[name] ?? null },
      ]),
  );
}
