import { Body, Controller, Get, Post, Query, Req, Res, UseFilters, UsePipes } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Refusals } from '../audit/index.js';
import { formPipe, PageErrorFilter, SessionsService, type SignedIn } from '../sessions/index.js';
import type { DeviceProblem } from './device/device-lookup.js';
import { DevicePage } from './device/device-page.js';
import { DeviceSteps } from './device/device-steps.js';
import { readUserCode } from './device/user-code.js';
import { DeviceDecisionRequest, DeviceRequest } from './device.request.js';

/** RFC 8628 §3.3: the page where a person types the code that a device shows, reads who asks, and decides. */
@Controller('device')
@UseFilters(PageErrorFilter)
@UsePipes(formPipe)
export class DeviceController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly steps: DeviceSteps,
    private readonly page: DevicePage,
    private readonly refusals: Refusals,
  ) {}

  /** Looks nothing up and changes nothing, with a code in the address neither. */
  @Get()
  async show(@Req() req: Request, @Res() res: Response, @Query('user_code') typed: unknown): Promise<void> {
    const code = readUserCode(typed);
    const person = await this.sessions.resolve(req);
    if (!person) return this.page.toSignIn(res, code);
    this.page.askForCode(req, res, { person, ...(code && { code }) });
  }

  @Post()
  async check(@Req() req: Request, @Res() res: Response, @Body() form: DeviceRequest): Promise<void> {
    this.page.verifyCodeForm(req, form.csrf);
    const code = readUserCode(form.user_code);
    const person = await this.sessions.resolve(req);
    if (!person) return this.page.toSignIn(res, code);
    const found = await this.steps.typed(person, code, req.ip ?? '');
    if ('problem' in found) return this.refuse(req, res, { person, problem: found.problem });
    this.page.askForDecision(req, res, { person, device: found, code: code! });
  }

  @Post('decision')
  async decide(
    @Req() req: Request,
    @Res() res: Response,
    @Body() form: DeviceDecisionRequest,
  ): Promise<void> {
    const code = readUserCode(form.user_code);
    this.page.verifyDecisionForm(req, { code, scope: form.scope, seen: form.seen }, form.csrf);
    const person = await this.sessions.resolve(req);
    if (!person) return this.page.toSignIn(res, code);
    const decided = await this.steps.decided(person, code, form);
    if ('problem' in decided) return this.refuse(req, res, { person, problem: decided.problem });
    if ('changed' in decided)
      return this.page.askForDecision(req, res, { person, device: decided.changed, code: code! });
    this.page.showDecision(req, res, decided.client, form.decision);
  }

  private async refuse(
    req: Request,
    res: Response,
    refused: { person: SignedIn; problem: DeviceProblem },
  ): Promise<void> {
    const decisionId = await this.refusals.record('http.request.handled', 400, refused.problem);
    if (decisionId) res.setHeader('X-Decision-Id', decisionId);
    this.page.askForCode(req, res, refused);
  }
}
