import { parse } from 'node:querystring';
import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { formPipe, NotByLook } from '../sessions/index.js';
import { AuthorizationAnswers } from './authorize/authorization-answers.js';
import { AuthorizeErrorFilter } from './authorize/authorize-error.filter.js';
import { identityOf } from './authorize/consent-asker.js';
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

  /** Where nothing is left to ask, it answers as the authorization endpoint does. */
  @Get()
  @UseGuards(new NotByLook('GET, POST'))
  async show(@Req() req: Request, @Res() res: Response): Promise<void> {
    const query = toQuery(req.query);
    const request = await this.reader.read(req.query, { req, res });
    const { person, next } = await this.steps.find(req, request);
    // `prompt=consent` asks once: the page is shown also where a remembered yes would do.
    if (next.step !== 'ask' || !person) return this.answers.send(res, { request, person, next, query });
    this.page.send(req, res, { request, person, query, question: next.question });
  }

  @Post()
  async decide(@Req() req: Request, @Res() res: Response, @Body() form: ConsentRequest): Promise<void> {
    const { request: query } = form;
    this.page.verify(req, query, form.csrf);
    const request = await this.reader.read(parse(query), { req, res });
    const { person, next } = await this.steps.find(req, request);
    if (!person || !('question' in next)) return this.answers.send(res, { request, person, next, query });
    if (form.decision === 'deny') return this.answers.deny(request, person);
    const { question } = next;
    const asking = { request, person, query, question };
    if (form.seen !== undefined && form.seen !== identityOf(request.client))
      return this.page.send(req, res, asking);
    const allowed = this.steps.allowed(question, form.leave_out ?? []);
    if (allowed.scopes.length === 0) return this.page.send(req, res, { ...asking, nothingLeft: true });
    await this.answers.complete(res, request, person, allowed);
  }
}
