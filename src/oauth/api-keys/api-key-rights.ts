import { Injectable } from '@nestjs/common';
import { API_KEY_CLIENT } from '../../config/index.js';
import type { Client } from '../clients/client.entity.js';
import { Resources, type Resource } from '../resources.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import { ScopeRules, type Authority } from '../scope-rules.js';
import { rolesAllow } from '../scopes.js';

/** A client that proves who it is and acts for itself. */
export type Service = Pick<Client, 'id' | 'scopes' | 'allowedScopes'>;

/** Whose a key is, and what they may do now. */
export type KeyOwner =
  | { readonly holder: 'people'; readonly person: Authority }
  | { readonly holder: 'services'; readonly service: Service };

/** What the scope rules see of a key that a person holds: there is no application. */
const NO_APPLICATION = { id: API_KEY_CLIENT, registration: 'static' as const, redirectUris: [] };

/** A key never gives more than its owner has, when it is made and each time it is used. */
@Injectable()
export class ApiKeyRights {
  constructor(
    private readonly resources: Resources,
    private readonly catalogue: ScopeCatalogue,
    private readonly rules: ScopeRules,
  ) {}

  /** Everything that a key of this owner may have at a resource, in the order of the catalogue. */
  all(owner: KeyOwner, resource: Resource): string[] {
    return this.of(owner, resource, this.catalogue.names());
  }

  /** Of some scopes, those that the owner may use at the resource now. None where such owners may not hold keys. */
  of(owner: KeyOwner, resource: Resource, scopes: readonly string[]): string[] {
    if (!resource.apiKeys.includes(owner.holder)) return [];
    return scopes.filter((scope) => {
      const entry = this.catalogue.get(scope);
      // Scopes about the person tell an application who somebody is; a key tells nobody anything.
      if (entry === undefined || entry.resource === 'any') return false;
      return this.resources.serves(resource, entry) && this.allows(owner, scope);
    });
  }

  private allows(owner: KeyOwner, scope: string): boolean {
    if (owner.holder === 'people') {
      const { roles, groups } = owner.person;
      return rolesAllow(roles, scope) && this.rules.allow(scope, NO_APPLICATION, groups);
    }
    const { allowedScopes, scopes } = owner.service;
    return this.catalogue.missing(allowedScopes ?? scopes, [scope]).length === 0;
  }
}
