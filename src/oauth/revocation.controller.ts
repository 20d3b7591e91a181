import { All, Controller, HttpCode, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DataSource } from 'typeorm';
import { digest } from '../sealing/index.js';
import { AccessTokenVerifier } from './access-token-verifier.js';
import type { Client } from './clients/client.entity.js';
import { CountedClientAuth } from './counted-client-auth.js';
import { methodNotAllowed, requireForm } from './form.js';
import { Endings } from './grants/endings.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { Params } from './params.js';

/** One statement, whether there is one or not: the time it takes tells nobody. */
const REFRESH = `
SELECT r.grant_id, g.client_id FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id WHERE r.digest = $1`;

/**
 * RFC 7009. A refresh token ends its whole grant (§2.1); an access token ends with what it was exchanged for. What is
 * not the client's own, or no token at all, changes nothing and is answered alike (§2.2).
 */
@Controller('oauth2/revoke')
@UseFilters(OAuthErrorFilter)
export class RevocationController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clientAuth: CountedClientAuth,
    private readonly endings: Endings,
    private readonly verifier: AccessTokenVerifier,
  ) {}

  @Post()
  @HttpCode(200)
  async revoke(@Req() req: Request, @Res() res: Response): Promise<void> {
    requireForm(req);
    const params = Params.from(req.body);
    params.refuseRepeated();
    const client = await this.clientAuth.authenticate(req, params);
    const token = params.require('token');
    if (!(await this.endRefreshToken(client, token))) await this.endAccessToken(client, token);
    res.set({ 'Cache-Control': 'no-store' }).status(200).end();
  }

  @All()
  other(): never {
    throw methodNotAllowed('POST');
  }

  private async endRefreshToken(client: Client, token: string): Promise<boolean> {
    const [found] = await this.dataSource.query<{ grant_id: string; client_id: string }[]>(REFRESH, [
      digest(token),
    ]);
    if (!found) return false;
    if (found.client_id === client.id) {
      await this.endings.grant(found.grant_id, {
        actor: { type: 'client', id: client.id },
        reason: 'revoked_by_client',
      });
    }
    return true;
  }

  private async endAccessToken(client: Client, token: string): Promise<void> {
    const claims = await this.verifier.peek(token);
    if (claims?.clientId !== client.id) return;
    await this.endings.token(claims.jti, {
      actor: { type: 'client', id: client.id },
      reason: 'revoked_by_client',
    });
  }
}
