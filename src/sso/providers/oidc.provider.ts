import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  type ClientAuth,
  type Configuration,
  type ServerMetadata,
} from 'openid-client';
import { isLoopbackUrl, type AppConfig, type IdentityProviderSection } from '../../config/index.js';
import { ProviderUnavailable, SsoFailure } from '../sso-failure.js';
import { guardedFetch, mayCall } from './guarded-fetch.js';
import { oidcFailure } from './oidc-failure.js';
import { OidcStrategy } from './oidc-strategy.js';
import type { ProviderKind, SsoProvider } from './provider.js';

const TIMEOUT_SECONDS = 8;

/** Any OpenID Connect provider, by its discovery document. */
export const oidcKind: ProviderKind = {
  kind: 'oidc',
  create: (section, config) => new OidcProvider(section, config),
};

class OidcProvider implements SsoProvider {
  readonly id: string;
  private strategy: Promise<OidcStrategy> | undefined;

  constructor(
    private readonly section: IdentityProviderSection,
    private readonly config: AppConfig,
  ) {
    this.id = section.id;
  }

  /** Everybody waits for the same discovery; one that failed is tried anew by whoever comes next. */
  async ready(): Promise<string> {
    this.strategy ??= this.discover().catch((error: unknown) => {
      this.strategy = undefined;
      throw error;
    });
    return (await this.strategy).name;
  }

  private async discover(): Promise<OidcStrategy> {
    try {
      const client = await this.configuration();
      checkMetadata(this.section.issuer, client.serverMetadata());
      return new OidcStrategy(client, this.section, `${this.config.publicUrl}/sso/${this.id}/callback`);
    } catch (error) {
      const failure = oidcFailure(error);
      if (failure instanceof ProviderUnavailable || !(failure instanceof SsoFailure)) throw failure;
      throw new ProviderUnavailable('discovery_failed', failure.facts);
    }
  }

  private configuration(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.section;
    return discovery(new URL(issuer), clientId, clientSecret, clientAuth(clientSecret), {
      timeout: TIMEOUT_SECONDS,
      [customFetch]: guardedFetch(issuer),
      execute: [enableNonRepudiationChecks, ...(isLoopbackUrl(issuer) ? [allowInsecureRequests] : [])],
    });
  }
}

/** RFC 8414 §3.3: a document about another issuer is not this provider's. */
function checkMetadata(issuer: string, metadata: ServerMetadata): void {
  if (new URL(metadata.issuer).href !== new URL(issuer).href)
    throw new ProviderUnavailable('issuer_mismatch');
  const {
    authorization_endpoint: authorize,
    token_endpoint: token,
    jwks_uri: jwks,
    userinfo_endpoint: userinfo,
  } = metadata;
  if (!authorize || !token || !jwks) throw new ProviderUnavailable('metadata_incomplete');
  for (const endpoint of [authorize, token, jwks, ...(userinfo ? [userinfo] : [])]) {
    if (!mayCall(issuer, endpoint)) throw new ProviderUnavailable('endpoint_not_allowed');
  }
}

/** RFC 8414 §2: a provider that does not say takes the secret by Basic. */
function clientAuth(secret: string): ClientAuth {
  const basic = ClientSecretBasic(secret);
  const post = ClientSecretPost(secret);
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}
