import type { Request } from 'express';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomPKCECodeVerifier,
  type Configuration,
} from 'openid-client';
import passport, { Strategy } from 'passport';
import type { OAuth2ProviderSection } from '../../config/index.js';
import { flowOf, type RunningFlow } from '../sso-flow.js';
import { oauth2Assertion } from './oauth2-profile.js';
import { oidcFailure } from './oidc-failure.js';
import type { Assertion } from './provider.js';
import { newStrategyName } from './strategies.js';

const NOTED = 'oauth2';

/** The strategy of one OAuth 2 provider; what it must remember lives in the flow of the request. */
export class OAuth2Strategy extends Strategy {
  override readonly name: string;

  constructor(readonly grant: OAuth2CodeGrant) {
    super();
    this.name = newStrategyName(grant.section.id);
    passport.use(this);
  }

  override authenticate(this: passport.StrategyCreated<OAuth2Strategy>, req: Request): void {
    const flow = flowOf(req);
    const done =
      NOTED in flow
        ? this.grant.finish(flow, req.originalUrl).then((assertion) => this.success(assertion))
        : this.grant.start(flow).then((url) => this.redirect(url.href));
    done.catch((error: unknown) => this.error(oidcFailure(error)));
  }
}

/** RFC 6749 §4.1 towards one provider: no token reaches this server in any other way. */
export class OAuth2CodeGrant {
  constructor(
    readonly section: OAuth2ProviderSection,
    private readonly client: Configuration,
    private readonly callback: string,
  ) {}

  /** Where the browser is sent. */
  async start(flow: RunningFlow): Promise<URL> {
    const { scopes, pkce, authorizationParameters, loginHintParameter: hint } = this.section;
    const { state, loginHint } = flow;
    // RFC 7636 §4.1
    const verifier = randomPKCECodeVerifier();
    flow[NOTED] = { verifier };
    flow.keep();
    return buildAuthorizationUrl(this.client, {
      ...authorizationParameters,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(hint !== undefined && loginHint !== undefined && { [hint]: loginHint }),
      redirect_uri: this.callback,
      state,
      ...(pkce && {
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }),
    });
  }

  /** Whom the browser has come back as. @throws SsoFailure, or what the protocol library says */
  async finish(flow: RunningFlow, originalUrl: string): Promise<Assertion> {
    const { verifier } = flow[NOTED] as { verifier: string };
    const answer = new URL(this.callback);
    answer.search = new URL(originalUrl, this.callback).search;
    const { access_token: accessToken } = await authorizationCodeGrant(this.client, answer, {
      expectedState: flow.state,
      ...(this.section.pkce && { pkceCodeVerifier: verifier }),
    });
    return oauth2Assertion(this.client, this.section, accessToken);
  }
}
