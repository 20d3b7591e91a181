import type { ProviderFacts, Reach, ReceivedLogout, SsoProvider, TestStep } from '../providers/provider.js';
import { retireStrategy } from '../providers/strategies.js';
import { ProviderUnavailable } from '../sso-failure.js';
import { certificateWarnings } from './certificate-warnings.js';
import { readLogoutRequest, type SamlMessage } from './logout-request.js';
import type { SamlEngine } from './saml-engine.js';
import { samlFacts, testSaml } from './saml-facts.js';
import type { SamlSettings } from './settings.js';
import { spMetadata } from './sp-metadata.js';

/** A SAML 2.0 provider. */
export class SamlProvider implements SsoProvider {
  readonly id: string;
  readonly facts: ProviderFacts;
  readonly answerForm = { state: 'RelayState', answer: 'SAMLResponse' };
  readonly metadata: string;
  private readonly reach: Reach;
  private loaded: Promise<SamlEngine> | undefined;

  constructor(
    private readonly settings: SamlSettings,
    reach: (home: string) => Reach,
  ) {
    this.id = settings.id;
    this.facts = samlFacts(settings);
    this.metadata = spMetadata(settings);
    this.reach = reach(settings.idp.ssoUrl);
  }

  async ready(): Promise<string> {
    const { ssoUrl, sloUrl = ssoUrl } = this.settings.idp;
    if (!this.reach.mayCall(ssoUrl) || !this.reach.mayCall(sloUrl))
      throw new ProviderUnavailable('endpoint_not_allowed');
    return (await this.engine()).strategy.name;
  }

  warnings(): readonly string[] {
    return certificateWarnings(this.settings.idp.certificates);
  }

  /**
   * What a message at the logout address asks for, and where the answer goes once that is done: nowhere when no address
   * for it is known.
   * @throws SignInRejected
   */
  async receiveLogout(message: SamlMessage): Promise<{
    logout: ReceivedLogout;
    answer: () => Promise<string | undefined>;
  }> {
    const engine = await this.engine();
    const {
      id,
      relayState = '',
      logout,
    } = await readLogoutRequest(message, this.settings, engine.signatures);
    const isAnswered = this.settings.idp.sloUrl !== undefined;
    return {
      logout,
      answer: async () => (isAnswered ? engine.logoutAnswer(id, relayState) : undefined),
    };
  }

  test(): Promise<readonly TestStep[]> {
    return testSaml(this.settings, this.reach);
  }

  close(): void {
    void this.loaded?.then(({ strategy }) => retireStrategy(strategy.name));
  }

  private engine(): Promise<SamlEngine> {
    this.loaded ??= import('./saml-engine.js').then(({ SamlEngine }) => new SamlEngine(this.settings));
    return this.loaded;
  }
}
