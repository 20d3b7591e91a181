import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import {
  fetchUserInfo,
  getJwksCache,
  type Configuration,
  type TokenEndpointResponse,
  type TokenEndpointResponseHelpers,
} from 'openid-client';
import { Strategy, type AuthenticateOptions } from 'openid-client/passport';
import type passport from 'passport';
import type { OidcProviderSection } from '../../config/index.js';
import { flowOf } from '../sso-flow.js';
import { SignInRejected } from '../sso-failure.js';
import { valueAt } from './claim-values.js';
import { checkTenant } from './entra.js';
import { assertionOf, checkAccessTokenHash, checkHostedDomain, headerOf } from './oidc-claims.js';
import { oidcFailure, told } from './oidc-failure.js';
import { oidcRequest } from './oidc-request.js';
import type { Assertion } from './provider.js';
import { newStrategyName } from './strategies.js';

const SESSION_KEY = 'oidc';

type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;
type Running = passport.StrategyCreated<Strategy, Strategy & passport.StrategyCreatedStatic>;

/** The strategy of one OpenID Connect provider; what it must remember lives in the flow of the request. */
export class OidcStrategy extends PassportStrategy(Strategy) {
  constructor(
    private readonly client: Configuration,
    private readonly section: OidcProviderSection,
    callback: string,
  ) {
    super({
      config: client,
      name: newStrategyName(section.id),
      sessionKey: SESSION_KEY,
      callbackURL: callback,
      scope: [...new Set(['openid', ...section.scopes])].join(' '),
    });
  }

  override authenticate<T extends AuthenticateOptions>(this: Running, req: Request, options: T): void {
    const { redirect, error } = this;
    this.redirect = (url, status) => {
      const flow = flowOf(req);
      // Whether the sign-in is recent enough is seen when there is one, for every kind of provider alike.
      delete (flow[SESSION_KEY] as { max_age?: number }).max_age;
      flow.keep();
      redirect.call(this, url, status);
    };
    this.error = (cause) => error.call(this, oidcFailure(cause));
    this.fail = (info) => {
      const refused = typeof info === 'object' && 'error' in info ? told(info.error) : {};
      error.call(this, new SignInRejected('provider_refused', refused));
    };
    Strategy.prototype.authenticate.call(this, req, options);
  }

  override authorizationRequestParams(req: Request): Record<string, string> {
    return oidcRequest(this.section, this.client.serverMetadata(), flowOf(req));
  }

  override shouldInitiateAuthRequest(req: Request): boolean {
    return !(SESSION_KEY in flowOf(req));
  }

  /** Only the query counts; the strategy replaces the rest by the callback's address. */
  override currentUrl(req: Request): URL {
    return new URL(req.originalUrl, this.section.issuer);
  }

  async validate(tokens: Tokens): Promise<Assertion> {
    const claims = tokens.claims();
    if (!claims || !tokens.id_token) throw new SignInRejected('id_token_missing');
    checkTenant(this.section.issuer, claims, this.keyOf(tokens.id_token));
    checkAccessTokenHash(tokens.id_token, claims, tokens.access_token);
    checkHostedDomain(this.section, claims);
    const knowsAddress = valueAt(claims, this.section.mapping.email) !== undefined;
    const ask = !knowsAddress && this.client.serverMetadata().userinfo_endpoint !== undefined;
    const profile = ask ? await fetchUserInfo(this.client, tokens.access_token, claims.sub) : claims;
    return assertionOf(this.section, claims, profile);
  }

  private keyOf(idToken: string): unknown {
    const { kid } = headerOf(idToken);
    return getJwksCache(this.client)?.jwks.keys.find((key) => key.kid === kid);
  }
}
