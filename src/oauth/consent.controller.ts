import { parse } from 'node:querystring';
import { Body, Controller, Get, Post, Req, Res, UseFilters, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { formPipe } from '../sessions/index.js';
import { AuthorizationAnswers } from './authorize/authorization-answers.js';
import { AuthorizeErrorFilter } from './authorize/authorize-error.filter.js';
import { ConsentPage } from './authorize/consent-page.js';
import { ConsentSteps } from './authorize/consent-steps.js';
import { toQuery } from './authorize/query.js';
import { RequestReader } from './authorize/request-reader.js';
import { ConsentRequest } from './consent.request.js';

@Controller('consent')
@UseFilters(AuthorizeErrorFilter)
@UsePipes(formPipe)
export class ConsentController {
  constructor(
    private readonly reader: RequestReader,
    private readonly steps: ConsentSteps,
    private readonly page: ConsentPage,
    private readonly answers: AuthorizationAnswers,
  ) {}

  @Get()
  async show(@Req() req: Request, @Res() res: Response): Promise<void> {
    const query = toQuery(req.query);
    const request = await this.reader.read(req.query);
    const { person, next } = await this.steps.find(req, request);
    // `prompt=consent` asks once: the page is shown also where a remembered yes would do.
    if (next.step !== 'ask' || !person) return this.answers.send(res, { request, person, next, query });
    await this.page.send(req, res, {
      request,
      person,
      query,
      scopes: next.scopes,
      remembered: next.remembered,
    });
  }

  @Post()
  async decide(@Req() req: Request, @Res() res: Response, @Body() form: ConsentRequest): Promise<void> {
    this.page.verify(req, form.request, form.csrf);
    const request = await this.reader.read(parse(form.request));
    const { person, next } = await this.steps.find(req, request);
    if (!person || next.step === 'sign_in' || next.step === 'nothing_to_grant') {
      return this.answers.send(res, { request, person, next, query: form.request });
    }
    if (form.decision === 'deny') {
      await this.steps.deny(request, person);
      throw this.answers.refusal(request, 'access_denied', 'The person said no');
    }
    const scopes = next.step === 'ask' ? next.scopes : next.allowed.scopes;
    await this.answers.complete(res, request, person, { scopes, how: 'asked' });
  }
}
