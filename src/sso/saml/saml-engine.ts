import { SAML } from '@node-saml/passport-saml';
import { RootSignature } from './root-signature.js';
import { samlOptions } from './saml-options.js';
import { SamlStrategy } from './saml-strategy.js';
import type { SamlSettings } from './settings.js';

/** What the library does for one provider. Loading it takes its time, which a server without SAML keeps. */
export class SamlEngine {
  readonly signatures: RootSignature;
  readonly strategy: SamlStrategy;

  constructor(private readonly settings: SamlSettings) {
    this.signatures = new RootSignature(settings);
    this.strategy = new SamlStrategy(settings, this.signatures);
  }

  /** SAML Core §3.7.2: where a browser takes the word that it is done. To find nothing left to end is a success too. */
  logoutAnswer(requestId: string, relayState: string): Promise<string> {
    const request = { ID: requestId, issuer: '', nameID: '', nameIDFormat: '' };
    return new SAML(samlOptions(this.settings)).getLogoutResponseUrlAsync(request, relayState, {}, true);
  }
}
