import { All, Controller, HttpException, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { TokenThrottleGuard } from '../throttling/index.js';
import { Pushing } from './authorize/pushing.js';
import { ClientAuth } from './clients/client-auth.js';
import { DpopAtTokenEndpoint } from './dpop/dpop-at-token-endpoint.js';
import { requireForm } from './form.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { Params } from './params.js';
import { TokenThrottle } from './token-throttle.js';

/** RFC 9126: a client leaves its authorization request here before it sends the browser. */
@Controller('oauth2/par')
@UseFilters(OAuthErrorFilter)
export class ParController {
  constructor(
    private readonly clientAuth: ClientAuth,
    private readonly throttle: TokenThrottle,
    private readonly dpop: DpopAtTokenEndpoint,
    private readonly pushing: Pushing,
  ) {}

  @Post()
  @UseGuards(TokenThrottleGuard)
  async push(@Req() req: Request, @Res() res: Response): Promise<void> {
    requireForm(req);
    const params = Params.from(req.body);
    const answer = await this.throttle.counting(req, params, () => this.take(req, params));
    res.status(201).set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' }).json(answer);
  }

  /** RFC 9126 §2.3. */
  @All()
  other(@Res({ passthrough: true }) res: Response): never {
    res.setHeader('Allow', 'POST');
    throw new HttpException('Method not allowed', 405);
  }

  private async take(req: Request, params: Params): Promise<object> {
    params.refuseRepeated(['resource']);
    const proof = await this.dpop.read(req);
    const client = await this.clientAuth.authenticate(req, params);
    const { jkt } = proof ? await this.dpop.bind(client, proof) : {};
    return this.pushing.push(client, params, jkt);
  }
}
