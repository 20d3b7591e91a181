import { Controller, HttpCode, Inject, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { TokenThrottleGuard } from '../throttling/index.js';
import { ClientAuth } from './clients/client-auth.js';
import { DpopAtTokenEndpoint } from './dpop/dpop-at-token-endpoint.js';
import { requireForm } from './form.js';
import { GRANT_TYPE_INSTANCES } from './grant-types/index.js';
import type { GrantType } from './grant-types/grant-type.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { OAuthError } from './oauth-error.js';
import { Params } from './params.js';
import { TokenThrottle } from './token-throttle.js';
import type { TokenSet } from './tokens/token-set.js';

/** RFC 6749 §3.2. `/token` is for clients of MCP's 2025-03-26 revision (policy `legacy_aliases`). */
@Controller(['oauth2/token', 'token'])
@UseFilters(OAuthErrorFilter)
export class TokenController {
  private readonly grantTypes: ReadonlyMap<string, GrantType>;

  constructor(
    @Inject(GRANT_TYPE_INSTANCES) grantTypes: readonly GrantType[],
    private readonly clientAuth: ClientAuth,
    private readonly throttle: TokenThrottle,
    private readonly dpop: DpopAtTokenEndpoint,
  ) {
    const enabled = grantTypes.filter((grantType) => grantType.enabled !== false);
    this.grantTypes = new Map(enabled.map((grantType) => [grantType.name, grantType]));
  }

  /** RFC 6749 §5.1: success is 200, not the 201 of a POST. */
  @Post()
  @HttpCode(200)
  @UseGuards(TokenThrottleGuard)
  async token(@Req() req: Request, @Res() res: Response): Promise<void> {
    requireForm(req);
    const params = Params.from(req.body);
    const tokens = await this.throttle.counting(req, params, () => this.issue(req, params));
    res.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' }).json(tokens);
  }

  private async issue(req: Request, params: Params): Promise<TokenSet> {
    const name = params.require('grant_type');
    const grantType = this.grantTypes.get(name);
    params.refuseRepeated(grantType?.mayRepeat);
    const proof = await this.dpop.read(req);
    const client = await this.clientAuth.authenticate(req, params);
    if (!grantType) throw new OAuthError('unsupported_grant_type', 'This grant type is not supported');
    if (!client.grantTypes.includes(name))
      throw new OAuthError('unauthorized_client', 'The client is not registered for this grant type');
    return grantType.issue({ client, params, ...(await this.dpop.bind(client, proof)) });
  }
}
