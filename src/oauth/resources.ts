import { Injectable } from '@nestjs/common';
import { AppConfig, type KeyHolder, type PersonClaim, type ResourceSection } from '../config/index.js';
import { OAuthError } from './oauth-error.js';
import { isAccountScope, isAdminScope, SCIM_SCOPE, type ScopeEntry } from './scopes.js';

export interface Resource {
  /** RFC 8707 resource indicator, and the audience of its tokens. */
  readonly id: string;
  readonly kind: 'mcp' | 'admin' | 'scim' | 'userinfo' | 'other';
  readonly name: string;
  /** Lifetime of its access tokens in seconds. */
  readonly accessTokenSeconds: number;
  readonly format: 'jwt' | 'opaque';
  /** What signs its tokens; absent: the server's algorithm. */
  readonly algorithm?: string;
  /** The only scopes that may be granted at it, beside those about the person; absent: all that mean something there. */
  readonly scopes?: readonly string[];
  /** Who may hold API keys for it. */
  readonly apiKeys: readonly KeyHolder[];
  readonly claims: readonly PersonClaim[];
  /** Clients that may introspect its tokens (RFC 7662 §2.1). */
  readonly introspectors: readonly string[];
}

/** The protected resources this server issues tokens for. */
@Injectable()
export class Resources {
  private readonly known: readonly Resource[];

  constructor(private readonly config: AppConfig) {
    const { accessToken, adminAccessToken } = config.lifetimes;
    const { name } = config.brand;
    this.known = [
      this.builtIn('mcp', config.mcpResource, name, accessToken),
      this.builtIn('admin', config.adminResource, `${name} administration`, adminAccessToken),
      this.builtIn('scim', config.scimResource, `${name} provisioning`, adminAccessToken),
      this.builtIn('userinfo', config.userinfoResource, name, accessToken),
      ...config.resources
        .filter(({ id }) => id !== 'mcp' && id !== 'admin')
        .map((section) =>
          resourceOf(section, section.id, 'other', { name: section.id, seconds: accessToken }),
        ),
    ];
  }

  find(id: string): Resource | undefined {
    return this.known.find((resource) => resource.id === id);
  }

  /** The resource a grant is for. @throws OAuthError invalid_target when the configuration no longer has it */
  named(id: string): Resource {
    const found = this.find(id);
    if (!found)
      throw new OAuthError('invalid_target', 'The resource is no longer served here', {
        reason: 'resource_removed',
      });
    return found;
  }

  /** Every resource a client may ask tokens for by name. */
  list(): readonly Resource[] {
    return this.known;
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

  /**
   * Whether a scope means something at a resource. Operators' tools are at `/mcp` too, so admin scopes are as well; and
   * whoever has all of them may provision.
   */
  serves(resource: Resource, scope: ScopeEntry): boolean {
    if (scope.resource === 'any') return true;
    if (resource.scopes) return resource.scopes.includes(scope.name);
    return (
      (scope.resource === resource.kind && !this.isElsewhere(scope)) ||
      ((resource.kind === 'mcp' || resource.kind === 'scim') && scope.resource === 'admin')
    );
  }

  /** Whether another resource of the configuration claims the scope as its own. */
  private isElsewhere({ name }: ScopeEntry): boolean {
    return this.known.some(({ kind, scopes }) => kind === 'other' && scopes?.includes(name));
  }

  private unnamed(scopes: readonly string[]): Resource {
    // OpenID Connect Core §5.3: a client that only asks who somebody is has the userinfo endpoint to call.
    if (scopes.includes('openid') && scopes.every(isAccountScope)) return this.kind('userinfo');
    if (scopes.length > 0 && scopes.every((scope) => scope === SCIM_SCOPE)) return this.kind('scim');
    const onlyAdmin = scopes.length > 0 && scopes.every(isAdminScope);
    if (!onlyAdmin && !this.config.policies.clients.default_resource) {
      throw new OAuthError('invalid_target', 'resource is missing', { reason: 'missing_resource' });
    }
    return this.kind(onlyAdmin ? 'admin' : 'mcp');
  }

  private kind(wanted: Resource['kind']): Resource {
    return this.known.find(({ kind }) => kind === wanted)!;
  }

  private recognise(value: string): Resource | undefined {
    const exact = this.find(value);
    if (exact || !this.config.policies.clients.resource_slash) return exact;
    return this.find(lowerOrigin(value.replace(/\/$/, '')));
  }

  private builtIn(
    kind: 'mcp' | 'admin' | 'scim' | 'userinfo',
    id: string,
    name: string,
    seconds: number,
  ): Resource {
    const section = this.config.resources.find((one) => one.id === kind);
    return resourceOf(section, id, kind, { name, seconds });
  }
}

function resourceOf(
  section: ResourceSection | undefined,
  id: string,
  kind: Resource['kind'],
  usual: { name: string; seconds: number },
): Resource {
  return {
    id,
    kind,
    name: section?.name ?? usual.name,
    accessTokenSeconds: section?.lifetime ?? usual.seconds,
    format: section?.format ?? 'jwt',
    ...(section?.algorithm && { algorithm: section.algorithm }),
    ...(section && (kind === 'other' || section.scopes.length > 0) && { scopes: section.scopes }),
    apiKeys: section?.apiKeys ?? [],
    claims: section?.claims ?? [],
    introspectors: section?.introspection ?? [],
  };
}

/** Lower-cases scheme and host, and nothing else: the path is compared as it is. */
function lowerOrigin(uri: string): string {
  return uri.replace(/^https?:\/\/[^/?#]*/i, (origin) => origin.toLowerCase());
}
