import { All, Controller, Get, HttpException, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { NotByLook } from '../sessions/index.js';
import { AuthorizationAnswers } from './authorize/authorization-answers.js';
import { AuthorizeErrorFilter } from './authorize/authorize-error.filter.js';
import { ConsentSteps } from './authorize/consent-steps.js';
import { RequestReader } from './authorize/request-reader.js';
import { UntrustedRequest } from './authorize/refusals.js';
import { toQuery } from './authorize/query.js';

/** RFC 6749 §3.1. `/authorize` is for clients of MCP's 2025-03-26 revision (policy `legacy_aliases`). */
@Controller(['oauth2/authorize', 'authorize'])
@UseFilters(AuthorizeErrorFilter)
export class AuthorizeController {
  constructor(
    private readonly reader: RequestReader,
    private readonly steps: ConsentSteps,
    private readonly answers: AuthorizationAnswers,
  ) {}

  @Get()
  @UseGuards(new NotByLook('GET, POST'))
  async get(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.authorize(req, res, req.query);
  }

  @Post()
  async post(@Req() req: Request, @Res() res: Response): Promise<void> {
    if (!req.is('application/x-www-form-urlencoded')) throw new UntrustedRequest('malformed', 'not_a_form');
    await this.authorize(req, res, req.body);
  }

  @All()
  other(@Res({ passthrough: true }) res: Response): never {
    res.setHeader('Allow', 'GET, POST');
    throw new HttpException('Method not allowed', 405);
  }

  private async authorize(req: Request, res: Response, source: unknown): Promise<void> {
    const request = await this.reader.read(source, { req, res });
    const { person, next } = await this.steps.find(req, request);
    await this.answers.send(res, { request, person, next, query: toQuery(source) });
  }
}
