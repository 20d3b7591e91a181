import { Controller, HttpCode, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/index.js';
import { addressKey, RateLimiter } from '../throttling/index.js';
import { ClientsService, type CreatedClient } from './clients/clients.service.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { OAuthError } from './oauth-error.js';
import { readRegistration } from './registration.request.js';

/** RFC 7591 §3. `/register` is for clients of MCP's 2025-03-26 revision (policy `legacy_aliases`). */
@Controller(['oauth2/register', 'register'])
@UseFilters(OAuthErrorFilter)
export class RegistrationController {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly clients: ClientsService,
    private readonly limiter: RateLimiter,
  ) {}

  @Post()
  @HttpCode(201)
  async register(@Req() req: Request, @Res() res: Response): Promise<void> {
    if (!this.config.openRegistration) {
      throw new OAuthError('access_denied', 'Clients cannot register themselves here; ask an administrator', {
        reason: 'registration_closed',
      });
    }
    const verdict = await this.limiter.consume(
      'registration',
      addressKey(req.ip ?? ''),
      this.config.limits.registration,
    );
    if (!verdict.allowed) {
      throw new OAuthError('temporarily_unavailable', 'Too many registrations; try again later', {
        status: 429,
        retryAfter: verdict.retryAfter,
        reason: 'throttled_registration',
      });
    }
    const metadata = readRegistration(req);
    const created = await this.dataSource.transaction((tx) =>
      this.clients.create(tx, metadata, { registration: 'dcr', actor: { type: 'anonymous' } }),
    );
    res.status(201).set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' }).json(answer(created));
  }
}

/** RFC 7591 §3.2.1: what was stored, which may differ from what was asked for. */
function answer({ client, secret }: CreatedClient): object {
  return {
    client_id: client.id,
    client_id_issued_at: Math.floor(client.createdAt.getTime() / 1_000),
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    client_name: client.name,
    redirect_uris: client.redirectUris,
    grant_types: client.grantTypes,
    response_types: ['code'],
    token_endpoint_auth_method: client.authMethod,
    application_type: client.applicationType,
    ...(client.scopes.length > 0 && { scope: client.scopes.join(' ') }),
    ...(client.clientUri && { client_uri: client.clientUri }),
  };
}
