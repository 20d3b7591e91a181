import type { OAuth2ProviderSection } from '../../config/index.js';
import { oauth2Client } from './oauth2-client.js';
import { OAuth2CodeGrant, OAuth2Strategy } from './oauth2-strategy.js';
import { testOAuth2 } from './oauth2-test.js';
import {
  callbackOf,
  providerKind,
  type ProviderContext,
  type ProviderFacts,
  type Reach,
  type SsoProvider,
  type TestStep,
} from './provider.js';
import { retireStrategy } from './strategies.js';

/** Any OAuth 2 provider that says by an API of its own whose access token it is. */
export const oauth2Kind = providerKind('oauth2', (section, context) => new OAuth2Provider(section, context));

class OAuth2Provider implements SsoProvider {
  readonly id: string;
  readonly facts: ProviderFacts;
  private readonly reach: Reach;
  private strategy: OAuth2Strategy | undefined;

  constructor(
    private readonly section: OAuth2ProviderSection,
    { config, reach }: ProviderContext,
  ) {
    this.id = section.id;
    this.facts = { redirectUri: callbackOf(config, section.id), claims: claimsOf(section) };
    this.reach = reach(section.issuer);
  }

  async ready(): Promise<string> {
    this.strategy ??= this.made();
    return this.strategy.name;
  }

  test(): Promise<readonly TestStep[]> {
    return testOAuth2(this.section, this.reach, this.facts);
  }

  close(): void {
    if (this.strategy) retireStrategy(this.strategy.name);
  }

  private made(): OAuth2Strategy {
    const client = oauth2Client(this.section, this.reach);
    return new OAuth2Strategy(new OAuth2CodeGrant(this.section, client, this.facts.redirectUri));
  }
}

function claimsOf({ mapping, emailLookup }: OAuth2ProviderSection): Record<string, string> {
  const { subject, email, emailVerified, name } = mapping;
  return {
    subject,
    ...(emailLookup
      ? { email: `the primary and verified address at ${emailLookup.endpoint}` }
      : { ...(email && { email }), ...(emailVerified && { email_verified: emailVerified }) }),
    name: name.join(', '),
  };
}
