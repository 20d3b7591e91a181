import { Controller, HttpCode, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { TokenThrottleGuard } from '../throttling/index.js';
import { DeviceClientAuth } from './device/device-client-auth.js';
import { DeviceCodes, POLL_INTERVAL } from './device/device-codes.js';
import { shownUserCode } from './device/user-code.js';
import { requireForm } from './form.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { Params } from './params.js';
import { ScopePolicy } from './scope-policy.js';

/** RFC 8628 §3.1: a device without a browser of its own asks to be let in. */
@Controller('oauth2/device_authorization')
@UseFilters(OAuthErrorFilter)
export class DeviceAuthorizationController {
  constructor(
    private readonly config: AppConfig,
    private readonly clientAuth: DeviceClientAuth,
    private readonly policy: ScopePolicy,
    private readonly codes: DeviceCodes,
  ) {}

  @Post()
  @HttpCode(200)
  @UseGuards(TokenThrottleGuard)
  async start(@Req() req: Request, @Res() res: Response): Promise<void> {
    requireForm(req);
    const params = Params.from(req.body);
    params.refuseRepeated(['resource']);
    const client = await this.clientAuth.authenticate(req, params);
    const { deviceCode, userCode } = await this.codes.start(client, this.policy.forPerson(client, params));
    const page = `${this.config.issuer}/device`;
    const shown = shownUserCode(userCode);
    // RFC 8628 §3.2
    res
      .status(200)
      .set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' })
      .json({
        device_code: deviceCode,
        user_code: shown,
        verification_uri: page,
        verification_uri_complete: `${page}?user_code=${shown}`,
        expires_in: this.config.lifetimes.deviceCode,
        interval: POLL_INTERVAL,
      });
  }
}
