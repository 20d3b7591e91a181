import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import type { Client } from './clients/client.entity.js';
import { OAuthError } from './oauth-error.js';
import type { Params } from './params.js';
import { Resources, type Resource } from './resources.js';
import { ScopeCatalogue } from './scope-catalogue.js';
import { ScopeRules, type Authority } from './scope-rules.js';
import { DEFAULT_SCOPES, isAdminScope, rolesAllow } from './scopes.js';

const MAX_SCOPES = 100;

/** Which resource and which scopes a request is for, and what may be granted of them. */
@Injectable()
export class ScopePolicy {
  constructor(
    private readonly config: AppConfig,
    private readonly catalogue: ScopeCatalogue,
    private readonly resources: Resources,
    private readonly rules: ScopeRules,
  ) {}

  /**
   * What a request for a person's consent is for.
   * @throws OAuthError invalid_scope, invalid_target
   */
  forPerson(client: Client, params: Params): { resource: Resource; scopes: readonly string[] } {
    const asked = this.asked(params, client);
    const resource = this.resources.select(params.all('resource'), asked);
    const scopes = asked.filter((scope) => this.admit(client, resource, scope));
    if (scopes.length === 0)
      throw new OAuthError('invalid_scope', 'None of the scopes can be granted at this resource', {
        reason: 'no_scope_left',
      });
    return { resource, scopes };
  }

  /**
   * What a client may have for itself: never the scopes about a person.
   * @throws OAuthError invalid_scope, invalid_target
   */
  forClient(client: Client, params: Params): { resource: Resource; scopes: readonly string[] } {
    const asked = this.asked(params, client);
    const resource = this.resources.select(params.all('resource'), asked);
    const ceiling = client.allowedScopes ?? client.scopes;
    const wrong = asked.filter(
      (scope) =>
        this.catalogue.missing(ceiling, [scope]).length > 0 || this.catalogue.get(scope)?.resource === 'any',
    );
    if (wrong.length > 0 || asked.length === 0) {
      throw new OAuthError('invalid_scope', 'The client may not have this scope', {
        reason: 'scope_above_ceiling',
      });
    }
    const scopes = asked.filter((scope) => this.resources.serves(resource, this.catalogue.get(scope)!));
    if (scopes.length === 0)
      throw new OAuthError('invalid_scope', 'None of the scopes exists at this resource', {
        reason: 'no_scope_left',
      });
    return { resource, scopes };
  }

  /** Of the scopes asked for, those that this person may grant to this client: by role, and by the rules. */
  allowedTo({ roles, groups }: Authority, client: Client, scopes: readonly string[]): string[] {
    return scopes.filter((scope) => rolesAllow(roles, scope) && this.rules.allow(scope, client, groups));
  }

  /** Of scopes granted before, those that may still be used: known, served, within the ceiling, the person's to grant. */
  stillAllowed(
    scopes: readonly string[],
    of: { client: Client; person: Authority; resource: string },
  ): string[] {
    const resource = this.resources.find(of.resource);
    if (!resource) return [];
    return this.allowedTo(of.person, of.client, scopes).filter((scope) => {
      const entry = this.catalogue.get(scope);
      return (
        entry !== undefined &&
        this.resources.serves(resource, entry) &&
        !this.isAboveCeiling(of.client, scope)
      );
    });
  }

  private asked(params: Params, client: Client): string[] {
    const scope = params.get('scope');
    const names = [...new Set((scope ?? '').split(' ').filter(Boolean))];
    // RFC 6749 §3.3: printable ASCII without quote and backslash.
    if (names.length > MAX_SCOPES || (scope && !/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(scope))) {
      throw new OAuthError('invalid_scope', 'The scope is malformed or too long', {
        reason: 'malformed_scope',
      });
    }
    if (names.length === 0) return client.scopes.length > 0 ? client.scopes : [...DEFAULT_SCOPES];
    const known = names.filter((name) => this.catalogue.has(name));
    if (known.length < names.length && !this.config.policies.clients.ignore_unknown_scopes) {
      throw new OAuthError('invalid_scope', 'A scope is unknown', { reason: 'unknown_scope' });
    }
    return known.length > 0 ? known : [...DEFAULT_SCOPES];
  }

  /** @throws OAuthError invalid_scope when the client's ceiling forbids the scope */
  private admit(client: Client, resource: Resource, scope: string): boolean {
    const entry = this.catalogue.get(scope)!;
    if (this.isAboveCeiling(client, scope))
      throw new OAuthError('invalid_scope', 'The client may not ask for this scope', {
        reason: 'scope_above_ceiling',
      });
    return this.resources.serves(resource, entry);
  }

  private isAboveCeiling({ allowedScopes, trustState }: Client, scope: string): boolean {
    if (isAdminScope(scope) && trustState !== 'approved') return true;
    return allowedScopes !== null && this.catalogue.missing(allowedScopes, [scope]).length > 0;
  }
}
