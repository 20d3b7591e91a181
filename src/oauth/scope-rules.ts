import { Injectable } from '@nestjs/common';
import { AppConfig, ConfigError, groupKey, type ScopeRule } from '../config/index.js';
import type { Client } from './clients/client.entity.js';
import { documentHost } from './clients/document-host.js';
import { hostMatches } from './clients/registration-rules.js';
import { ScopeCatalogue } from './scope-catalogue.js';

type Asking = Pick<Client, 'id' | 'registration' | 'redirectUris'>;

/** What a person is here: what they may grant depends on it. */
export interface Authority {
  readonly roles: readonly string[];
  /** Names of the groups they are in. */
  readonly groups: readonly string[];
}

/** Which people may grant which scopes to which clients (`policies.scopeRules`). */
@Injectable()
export class ScopeRules {
  private readonly rules: readonly (ScopeRule & { readonly keys: ReadonlySet<string> })[];

  constructor(
    config: AppConfig,
    private readonly catalogue: ScopeCatalogue,
  ) {
    const { scopeRules } = config.policies;
    const unknown = scopeRules.flatMap(({ scopes }) => scopes).filter((scope) => !catalogue.has(scope));
    if (unknown.length > 0)
      throw new ConfigError(
        [...new Set(unknown)].map((scope) => `policies.scopeRules names ${scope}, a scope that there is not`),
      );
    this.rules = scopeRules.map((rule) => ({ ...rule, keys: new Set(rule.groups.map(groupKey)) }));
  }

  /** A scope needs what the scopes it includes need: whoever holds it holds those, too. */
  allow(scope: string, client: Asking, groups: readonly string[]): boolean {
    if (this.rules.length === 0) return true;
    const included = this.catalogue.get(scope)?.includes ?? [];
    return [scope, ...included].every((name) => this.allowsItself(name, client, groups));
  }

  private allowsItself(scope: string, client: Asking, groups: readonly string[]): boolean {
    const naming = this.rules.filter(({ scopes }) => scopes.includes(scope));
    if (naming.length === 0) return true;
    return naming.some(
      ({ clients, keys }) =>
        (!clients || clients.some((wanted) => isOf(client, wanted))) &&
        groups.some((name) => keys.has(groupKey(name))),
    );
  }
}

/** By its id; or by the host that its document is at, or else that all its answers go to over https. */
function isOf(client: Asking, wanted: string): boolean {
  if (client.id === wanted) return true;
  const host = documentHost(client);
  if (host !== undefined) return hostMatches(wanted, new URL(`https://${host}`).hostname);
  const { redirectUris } = client;
  return redirectUris.length > 0 && redirectUris.every((uri) => isAt(wanted, uri));
}

function isAt(pattern: string, uri: string): boolean {
  if (!uri.startsWith('https://') || !URL.canParse(uri)) return false;
  const { hostname, username, password } = new URL(uri);
  return !username && !password && hostMatches(pattern, hostname);
}
