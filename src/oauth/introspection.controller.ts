import { All, Controller, HttpCode, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CountedClientAuth } from './counted-client-auth.js';
import { methodNotAllowed, requireForm } from './form.js';
import { IntrospectionFindings } from './introspection.findings.js';
import { IntrospectionGuesses } from './introspection.guesses.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { OAuthError } from './oauth-error.js';
import { Params } from './params.js';

/** RFC 7662. Only clients that can prove who they are may ask, and only about what concerns them (§4). */
@Controller('oauth2/introspect')
@UseFilters(OAuthErrorFilter)
export class IntrospectionController {
  constructor(
    private readonly clientAuth: CountedClientAuth,
    private readonly findings: IntrospectionFindings,
    private readonly guesses: IntrospectionGuesses,
  ) {}

  @Post()
  @HttpCode(200)
  async introspect(@Req() req: Request, @Res() res: Response): Promise<void> {
    requireForm(req);
    const params = Params.from(req.body);
    params.refuseRepeated();
    const client = await this.clientAuth.authenticate(req, params);
    if (client.authMethod === 'none')
      throw new OAuthError('invalid_client', 'This endpoint is for clients that can authenticate', {
        reason: 'public_client',
      });
    await this.guesses.refuseTooMany(client);
    const finding = await this.findings.find(client, params.require('token'));
    await this.guesses.note(client, finding);
    const answer = 'answer' in finding ? finding.answer : { active: false };
    res.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' }).status(200).json(answer);
  }

  @All()
  other(): never {
    throw methodNotAllowed('POST');
  }
}
