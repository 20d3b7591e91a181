import { SAML, type Profile } from '@node-saml/passport-saml';
import { SignInRejected } from '../sso-failure.js';
import { samlOptions } from './saml-options.js';
import { pemsOf, type SamlSettings } from './settings.js';

/** Verifies the signature over a whole message, whose shape was looked at before. */
export class RootSignature extends SAML {
  constructor(private readonly settings: SamlSettings) {
    super(samlOptions(settings));
  }

  /** @throws SignInRejected */
  async check(text: string, code: string): Promise<void> {
    pemsOf(this.settings.idp);
    try {
      await this.validatePostRequestAsync({ SAMLRequest: Buffer.from(text).toString('base64') });
    } catch {
      throw new SignInRejected(code);
    }
  }

  /** What the message says is read elsewhere, and by other rules than the library's. */
  protected override processValidlySignedPostRequestAsync(): Promise<{
    profile: Profile;
    loggedOut: boolean;
  }> {
    return Promise.resolve({ profile: { issuer: '', nameID: '', nameIDFormat: '' }, loggedOut: false });
  }
}
