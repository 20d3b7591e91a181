import { Controller, HttpCode, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import { addressKey, RateLimiter } from '../throttling/index.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { OAuthError } from './oauth-error.js';
import { bearerOf, missingToken } from './registration/bad-token.js';
import { registrationAnswer } from './registration/registration-answer.js';
import { Registrations } from './registration/registrations.js';
import { readRegistration } from './registration.request.js';

/** RFC 7591 §3. `/register` is for clients of MCP's 2025-03-26 revision (policy `legacy_aliases`). */
@Controller(['oauth2/register', 'register'])
@UseFilters(OAuthErrorFilter)
export class RegistrationController {
  constructor(
    private readonly config: AppConfig,
    private readonly registrations: Registrations,
    private readonly limiter: RateLimiter,
  ) {}

  @Post()
  @HttpCode(201)
  async register(@Req() req: Request, @Res() res: Response): Promise<void> {
    const initialToken = this.admitted(req);
    await this.withinLimits(req);
    const metadata = readRegistration(req);
    const { client, ...secrets } = await this.registrations.register(metadata, initialToken);
    const answer = registrationAnswer(this.config, client, {
      ...secrets,
      statement: metadata.software_statement,
    });
    res.status(201).set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' }).json(answer);
  }

  /** The initial access token, which `policies.registration: token` asks for. */
  private admitted(req: Request): string | undefined {
    const mode = this.config.registrationMode;
    if (mode === 'closed')
      throw new OAuthError('access_denied', 'Clients cannot register themselves here; ask an administrator', {
        reason: 'registration_closed',
      });
    const token = bearerOf(req);
    if (mode === 'token' && token === undefined) throw missingToken('initial_access_token_missing');
    return token;
  }

  private async withinLimits(req: Request): Promise<void> {
    const limit = this.config.limits.registration;
    const verdict = await this.limiter.consume('registration', addressKey(req.ip ?? ''), limit);
    if (verdict.allowed) return;
    throw new OAuthError('temporarily_unavailable', 'Too many registrations; try again later', {
      status: 429,
      retryAfter: verdict.retryAfter,
      reason: 'throttled_registration',
    });
  }
}
