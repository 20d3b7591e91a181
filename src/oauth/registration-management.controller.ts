import { Controller, Delete, Get, HttpCode, Param, Put, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/index.js';
import type { ClientView } from './clients/client-view.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { bearerOf, missingToken } from './registration/bad-token.js';
import { ManagedClients } from './registration/managed-clients.js';
import { registrationAnswer } from './registration/registration-answer.js';
import { SoftwareStatements } from './registration/software-statements.js';
import { readReplacement } from './registration-management.request.js';

/** RFC 7592: a client reads, replaces and removes its own registration. */
@Controller('oauth2/register/:id')
@UseFilters(OAuthErrorFilter)
export class RegistrationManagementController {
  constructor(
    private readonly config: AppConfig,
    private readonly managed: ManagedClients,
    private readonly statements: SoftwareStatements,
  ) {}

  @Get()
  async read(@Param('id') id: string, @Req() req: Request, @Res() res: Response): Promise<void> {
    const token = tokenOf(req);
    this.answer(res, await this.managed.read(id, token), token);
  }

  @Put()
  async replace(@Param('id') id: string, @Req() req: Request, @Res() res: Response): Promise<void> {
    const token = tokenOf(req);
    // Nobody else learns what would be wrong with a body, or has a key set fetched.
    await this.managed.read(id, token);
    const { metadata, secret } = readReplacement(req, id);
    const stated = await this.statements.read(metadata);
    const client = await this.managed.replace(id, token, { ...stated, secret });
    this.answer(res, client, token, metadata.software_statement);
  }

  @Delete()
  @HttpCode(204)
  async remove(@Param('id') id: string, @Req() req: Request, @Res() res: Response): Promise<void> {
    await this.managed.remove(id, tokenOf(req));
    res.status(204).set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' }).end();
  }

  private answer(res: Response, client: ClientView, token: string, statement?: string): void {
    res
      .set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' })
      .json(registrationAnswer(this.config, client, { managementToken: token, statement }));
  }
}

function tokenOf(req: Request): string {
  const token = bearerOf(req);
  if (token === undefined) throw missingToken('registration_access_token_missing');
  return token;
}
