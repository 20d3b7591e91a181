import { Injectable } from '@nestjs/common';
import { OAuthError } from '../../oauth-error.js';
import { Resources, type Resource } from '../../resources.js';
import { ScopeCatalogue } from '../../scope-catalogue.js';
import { ScopePolicy } from '../../scope-policy.js';
import type { ExchangeRequest } from './exchange-request.js';
import type { Subject } from './subject-tokens.js';

/** What the new token is for: never more than the subject token, the target resource and the client allow. */
@Injectable()
export class ExchangeTarget {
  constructor(
    private readonly resources: Resources,
    private readonly catalogue: ScopeCatalogue,
    private readonly policy: ScopePolicy,
  ) {}

  /** @throws OAuthError invalid_target, invalid_scope */
  admit(request: ExchangeRequest, subject: Subject): { resource: Resource; scopes: readonly string[] } {
    const { targets, scope } = request;
    const resource =
      targets.length > 0 ? this.resources.select(targets, []) : this.resources.named(subject.token_resource);
    const may = (name: string): boolean => this.may(request, resource, name);
    if (this.catalogue.missing(subject.token_scopes, scope).length > 0)
      throw refused('The scope is wider than that of the subject token', 'scope_wider_than_subject_token');
    if (!scope.every(may))
      throw refused('The client may not have this scope at this resource', 'scope_above_ceiling');
    const wanted = scope.length > 0 ? scope : this.whatIsLeft(subject.token_scopes, may);
    const scopes = this.policy.allowedTo(subject, request.client, wanted);
    if (scopes.length === 0)
      throw refused('Nothing is left of the scopes of the subject token', 'no_scope_left');
    return { resource, scopes };
  }

  private may({ client }: ExchangeRequest, resource: Resource, name: string): boolean {
    const entry = this.catalogue.get(name);
    const ceiling = client.allowedScopes ?? client.scopes;
    return (
      entry !== undefined &&
      // No refresh token comes of an exchange.
      name !== 'offline_access' &&
      this.resources.serves(resource, entry) &&
      this.catalogue.missing(ceiling, [name]).length === 0
    );
  }

  /** Of a scope that may not be passed on, those it includes may still be. */
  private whatIsLeft(held: readonly string[], may: (name: string) => boolean): string[] {
    const left = held.flatMap((name) => [name, ...(this.catalogue.get(name)?.includes ?? [])].filter(may));
    return [...new Set(left)].filter(
      (name) => held.includes(name) || !left.some((other) => this.covers(other, name)),
    );
  }

  private covers(other: string, name: string): boolean {
    return other !== name && this.catalogue.missing([other], [name]).length === 0;
  }
}

const refused = (description: string, reason: string): OAuthError =>
  new OAuthError('invalid_scope', description, { reason });
