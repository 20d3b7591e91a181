import { All, Controller, Get, HttpCode, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { identify } from '../audit/index.js';
import { UsersService } from '../users/index.js';
import { methodNotAllowed } from './form.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { OAuthError } from './oauth-error.js';
import { accessChallenge } from './resource-access/access-challenge.js';
import { personClaims } from './tokens/person-claims.js';
import { invalidToken, UserinfoAccess } from './userinfo.access.js';
import { idsOf, type VerifiedToken } from './verified-token.js';

/** OpenID Connect Core §5.3. */
@Controller('oauth2/userinfo')
@UseFilters(OAuthErrorFilter)
export class UserinfoController {
  constructor(
    private readonly access: UserinfoAccess,
    private readonly users: UsersService,
  ) {}

  @Get()
  get(@Req() req: Request, @Res() res: Response): Promise<void> {
    return this.answer(req, res);
  }

  @Post()
  @HttpCode(200)
  post(@Req() req: Request, @Res() res: Response): Promise<void> {
    return this.answer(req, res);
  }

  @All()
  other(): never {
    throw methodNotAllowed('GET, POST');
  }

  private async answer(req: Request, res: Response): Promise<void> {
    const token = await this.access.verify(req);
    identify(idsOf(token));
    if (!token.scopes.includes('openid')) throw insufficient(token);
    const claims = await this.claims(token);
    res.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' }).status(200).json(claims);
  }

  /** §5.3.2: `sub` always, and what the scopes ask for (§5.4). */
  private async claims({ userId, subject, scopes }: VerifiedToken): Promise<Record<string, unknown>> {
    const person = userId === undefined ? undefined : await this.users.find(userId);
    if (!person || person.disabledAt) throw invalidToken('no_such_person');
    return { sub: subject, ...personClaims({ ...person, name: person.name ?? null }, scopes) };
  }
}

function insufficient({ jkt }: VerifiedToken): OAuthError {
  const description = 'The access token lacks a scope';
  return new OAuthError('insufficient_scope', description, {
    reason: 'scope_missing',
    challenge: accessChallenge({
      scheme: jkt === undefined ? 'Bearer' : 'DPoP',
      error: 'insufficient_scope',
      description,
      scopes: ['openid'],
    }),
  });
}
