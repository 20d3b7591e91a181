import { Controller, HttpStatus, NotFoundException, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Refusals } from '../audit/index.js';
import { Throttled } from '../throttling/index.js';
import { ReceivedLogouts } from './received-logouts.js';
import { ProviderUnavailable, SsoFailure } from './sso-failure.js';
import { SsoProviders } from './sso-providers.js';

const RETRY_AFTER_SECONDS = 30;

/** OpenID Connect Back-Channel Logout 1.0 §2.5: the provider itself says that a session there is over. */
@Controller('sso')
export class BackchannelLogoutController {
  constructor(
    private readonly providers: SsoProviders,
    private readonly logouts: ReceivedLogouts,
    private readonly refusals: Refusals,
  ) {}

  @Post(':provider/backchannel-logout')
  async receive(@Req() req: Request, @Res() res: Response): Promise<void> {
    const provider = (await this.providers.find(req.params['provider']))?.provider;
    if (!provider?.readLogout) throw new NotFoundException();
    res.setHeader('Cache-Control', 'no-store');
    try {
      const form = (req.body ?? {}) as Record<string, unknown>;
      const read = async () => ({ logout: await provider.readLogout!(form) });
      await this.logouts.receive(provider.id, req.ip ?? '', read);
      res.status(HttpStatus.OK).end();
    } catch (error) {
      if (error instanceof Throttled) await this.putOff(res, error);
      else if (error instanceof SsoFailure) this.refuse(res, error);
      else throw error;
    }
  }

  /** §2.8 */
  private refuse(res: Response, failure: SsoFailure): void {
    if (failure instanceof ProviderUnavailable) {
      res.status(HttpStatus.SERVICE_UNAVAILABLE).setHeader('Retry-After', RETRY_AFTER_SECONDS);
      res.json({ error: 'temporarily_unavailable' });
    } else
      res
        .status(HttpStatus.BAD_REQUEST)
        .json({ error: 'invalid_request', error_description: 'The logout token is refused' });
  }

  private async putOff(res: Response, throttled: Throttled): Promise<void> {
    const status = throttled.getStatus();
    await this.refusals.record('http.request.handled', status, 'throttled_sso_logout');
    res.status(status).setHeader('Retry-After', throttled.retryAfter);
    res.json({ error: 'temporarily_unavailable' });
  }
}
