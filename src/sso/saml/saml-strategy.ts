import { randomBytes } from 'node:crypto';
import { PassportStrategy } from '@nestjs/passport';
import {
  SAML,
  Strategy,
  type PassportSamlConfig,
  type Profile,
  type VerifyWithRequest,
} from '@node-saml/passport-saml';
import type { Request } from 'express';
import type { Assertion } from '../providers/provider.js';
import { newStrategyName } from '../providers/strategies.js';
import { SignInRejected } from '../sso-failure.js';
import { flowOf, type RunningFlow } from '../sso-flow.js';
import { readAssertion } from './assertion.js';
import { openResponse } from './response.js';
import type { RootSignature } from './root-signature.js';
import { samlFailure } from './saml-failure.js';
import { samlOptions, type AuthnRequest } from './saml-options.js';
import type { SamlSettings } from './settings.js';

const NOTED = 'saml';

/** The library is written for the Express before this one. */
type LibraryRequest = Parameters<Strategy['authenticate']>[0];

/** The library's strategy without its logout, which does not come this way. */
class SignInStrategy extends Strategy {
  constructor(options: PassportSamlConfig, verify: VerifyWithRequest) {
    super(options, verify, verify);
  }
}

/** The strategy of one SAML provider; what it must remember lives in the flow of the request. */
export class SamlStrategy extends PassportStrategy(SignInStrategy) {
  constructor(
    private readonly settings: SamlSettings,
    private readonly signatures: RootSignature,
  ) {
    super({ name: newStrategyName(settings.id), passReqToCallback: true, ...samlOptions(settings) });
  }

  override authenticate(req: LibraryRequest): void {
    const error = this.error.bind(this);
    this.error = (cause) => error(samlFailure(cause) as Error);
    const flow = flowOf(req as unknown as Request);
    if (NOTED in flow) this.finish(req, flow).catch((cause: Error) => this.error(cause));
    else this.begin(req, flow);
  }

  private begin(req: LibraryRequest, flow: RunningFlow): void {
    const redirect = this.redirect.bind(this);
    this.redirect = (url, status) => {
      flow.keep();
      redirect(url, status);
    };
    const request: AuthnRequest = { id: `_${randomBytes(20).toString('hex')}`, at: Date.now() };
    flow[NOTED] = request;
    // SAML knows neither the age of a sign-in nor a choice of account; who has to sign in anew has both.
    const forceAuthn = flow.maxAge !== undefined || flow.choose === true;
    this._saml = new SAML({ ...samlOptions(this.settings, request), forceAuthn });
    super.authenticate(alone(req, {}), { additionalParams: { RelayState: flow.state } });
  }

  private async finish(req: LibraryRequest, flow: RunningFlow): Promise<void> {
    const encoded = (req.body as { SAMLResponse?: unknown } | undefined)?.SAMLResponse;
    if (typeof encoded !== 'string') throw new SignInRejected('response_missing');
    const request = flow[NOTED] as AuthnRequest;
    const { text, signed } = openResponse(encoded, this.settings, request.id);
    if (signed !== undefined) await this.signatures.check(signed, 'response_signature_invalid');
    this._saml = new SAML(samlOptions(this.settings, request));
    super.authenticate(alone(req, { SAMLResponse: Buffer.from(text).toString('base64') }), {});
  }

  /** What the library has verified is read once more, by itself: nothing that was around it counts. */
  validate(req: Request, profile: Profile | null): Assertion {
    const signedXml = profile?.getAssertionXml?.();
    if (signedXml === undefined) throw new SignInRejected('assertion_missing');
    return readAssertion(signedXml, this.settings, (flowOf(req)[NOTED] as AuthnRequest).id);
  }
}

/** The library takes a message from wherever it finds one; it is to find this one or none. */
const alone = (req: LibraryRequest, body: Record<string, string>): LibraryRequest =>
  Object.create(req, { query: { value: {} }, body: { value: body } }) as LibraryRequest;
