import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { OAuthError } from './oauth-error.js';
import { isAdminScope, type ScopeEntry } from './scopes.js';

export interface Resource {
  /** RFC 8707 resource indicator, and the audience of its tokens. */
  readonly id: string;
  readonly kind: 'mcp' | 'admin';
  /** Lifetime of its access tokens in seconds. */
  readonly accessTokenSeconds: number;
  readonly name: string;
}

/** The protected resources this server issues tokens for. */
@Injectable()
export class Resources {
  private readonly known: readonly Resource[];

  constructor(private readonly config: AppConfig) {
    this.known = [
      {
        id: config.mcpResource,
        kind: 'mcp',
        accessTokenSeconds: config.lifetimes.accessToken,
        name: config.brand.name,
      },
      {
        id: config.adminResource,
        kind: 'admin',
        accessTokenSeconds: config.lifetimes.adminAccessToken,
        name: `${config.brand.name} administration`,
      },
    ];
  }

  find(id: string): Resource | undefined {
    return this.known.find((resource) => resource.id === id);
  }

  /**
   * The one resource a request is for (RFC 8707 §2). Several spellings of the same one are the same one.
   * @throws OAuthError invalid_target
   */
  select(asked: readonly string[], scopes: readonly string[]): Resource {
    if (asked.length === 0) return this.unnamed(scopes);
    const found = new Set(asked.map((value) => this.recognise(value)));
    const [resource] = found;
    if (found.size !== 1 || !resource) {
      throw new OAuthError('invalid_target', 'The resource is unknown, or more than one is named', {
        reason: 'unknown_resource',
      });
    }
    return resource;
  }

  /** Whether a scope means something at a resource. Operators' tools are at `/mcp` too, so admin scopes are as well. */
  serves(resource: Resource, scope: ScopeEntry): boolean {
    return (
      scope.resource === 'any' ||
      scope.resource === resource.kind ||
      (resource.kind === 'mcp' && isAdminScope(scope.name))
    );
  }

  private unnamed(scopes: readonly string[]): Resource {
    const onlyAdmin = scopes.length > 0 && scopes.every(isAdminScope);
    if (!onlyAdmin && !this.config.policies.clients.default_resource) {
      throw new OAuthError('invalid_target', 'resource is missing', { reason: 'missing_resource' });
    }
    return this.known.find(({ kind }) => kind === (onlyAdmin ? 'admin' : 'mcp'))!;
  }

  private recognise(value: string): Resource | undefined {
    const exact = this.find(value);
    if (exact || !this.config.policies.clients.resource_slash) return exact;
    return this.find(lowerOrigin(value.replace(/\/$/, '')));
  }
}

/** Lower-cases scheme and host, and nothing else: the path is compared as it is. */
function lowerOrigin(uri: string): string {
  return uri.replace(/^https?:\/\/[^/?#]*/i, (origin) => origin.toLowerCase());
}
