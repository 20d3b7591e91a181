import type { OidcProviderSection } from '../../config/index.js';
import { ProviderUnavailable, SsoFailure } from '../sso-failure.js';
import { checkIssuer } from './entra.js';
import { checkEndpoints, oidcClient } from './oidc-client.js';
import { oidcFailure } from './oidc-failure.js';
import { OidcLogoutTokens } from './oidc-logout-token.js';
import { OidcStrategy } from './oidc-strategy.js';
import { testOidc } from './oidc-test.js';
import {
  callbackOf,
  providerKind,
  type ProviderContext,
  type ProviderFacts,
  type Reach,
  type ReceivedLogout,
  type SsoProvider,
  type TestStep,
} from './provider.js';
import { retireStrategy } from './strategies.js';

/** Any OpenID Connect provider, by its discovery document. */
export const oidcKind = providerKind('oidc', (section, context) => new OidcProvider(section, context));

interface Discovered {
  readonly strategy: OidcStrategy;
  readonly logoutTokens: OidcLogoutTokens;
}

class OidcProvider implements SsoProvider {
  readonly id: string;
  readonly facts: ProviderFacts;
  private readonly reach: Reach;
  private discovered: Promise<Discovered> | undefined;

  constructor(
    private readonly section: OidcProviderSection,
    { config, reach }: ProviderContext,
  ) {
    this.id = section.id;
    this.facts = factsOf(section, callbackOf(config, section.id));
    this.reach = reach(section.issuer);
  }

  async ready(): Promise<string> {
    return (await this.found()).strategy.name;
  }

  async readLogout({ logout_token: token }: Readonly<Record<string, unknown>>): Promise<ReceivedLogout> {
    return (await this.found()).logoutTokens.read(token);
  }

  test(): Promise<readonly TestStep[]> {
    return testOidc(this.section, this.reach, this.facts);
  }

  close(): void {
    this.discovered?.then(
      ({ strategy }) => retireStrategy(strategy.name),
      () => undefined,
    );
  }

  /** Everybody waits for the same discovery; one that failed is tried anew by whoever comes next. */
  private found(): Promise<Discovered> {
    this.discovered ??= this.discover().catch((error: unknown) => {
      this.discovered = undefined;
      throw error;
    });
    return this.discovered;
  }

  private async discover(): Promise<Discovered> {
    const { section, reach } = this;
    try {
      const client = await oidcClient(section, reach);
      const metadata = client.serverMetadata();
      checkIssuer(section.issuer, metadata.issuer);
      checkEndpoints(metadata, reach);
      return {
        strategy: new OidcStrategy(client, section, this.facts.redirectUri),
        logoutTokens: new OidcLogoutTokens(metadata, section.clientId, reach.fetch),
      };
    } catch (error) {
      const failure = oidcFailure(error);
      if (failure instanceof ProviderUnavailable || !(failure instanceof SsoFailure)) throw failure;
      throw new ProviderUnavailable('discovery_failed', failure.facts);
    }
  }
}

function factsOf({ mapping }: OidcProviderSection, redirectUri: string): ProviderFacts {
  return {
    redirectUri,
    claims: {
      subject: 'sub',
      email: mapping.email,
      email_verified: mapping.emailVerified,
      name: mapping.name.join(', '),
    },
    register: { backchannel_logout_uri: redirectUri.replace(/callback$/, 'backchannel-logout') },
  };
}
