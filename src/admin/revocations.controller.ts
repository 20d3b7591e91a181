import { setTimeout as sleep } from 'node:timers/promises';
import { Get, Logger, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { RevocationPlans, type PlanView } from '../oauth/index.js';
import { AdminController } from './admin-controller.js';
import { found, notFound } from './admin-problem.js';
import type { AdminRequest } from './admin-request.js';
import { momentOf } from './fields.js';
import { UuidParam } from './ids.js';
import { LiveStreams, type LiveStream } from './live-streams.js';
import { given, paged, pageOf } from './paging.js';
import { PlanActions } from './plan-actions.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { RevocationsRequest } from './revocation-plans.request.js';
import { RevocationPage, RevocationResponse, RevocationStateResponse } from './revocation-plans.response.js';

const LOOK_MS = 100;
/** A replica that is gone counts no more after half of this. */
const WATCH_MS = 30_000;

/** Plans that were applied, and how far they have come. */
@AdminController('revocations')
export class RevocationsController {
  private readonly logger = new Logger('revocation');

  constructor(
    private readonly plans: RevocationPlans,
    private readonly actions: PlanActions,
    private readonly streams: LiveStreams,
  ) {}

  @Get()
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'Plans that were applied, newest first' })
  @ApiOkResponse({ type: RevocationPage })
  async list(@Query() request: RevocationsRequest): Promise<RevocationPage> {
    const query = { ...given({ actor: request.actor, since: momentOf(request.since) }), ...paged(request) };
    return pageOf(await this.plans.applied(query), RevocationResponse.of);
  }

  @Get(':id')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'One of them, with what each replica says' })
  @ApiOkResponse({ type: RevocationStateResponse })
  async show(@Param('id', UuidParam) id: string): Promise<RevocationStateResponse> {
    return this.actions.stateOf(await this.applied(id));
  }

  @Get(':id/events')
  @RequireAdminScope('admin:grants:read')
  @ApiOperation({ summary: 'The same, live, until every replica has it' })
  @ApiOkResponse({
    description:
      'Server-sent events `state`, whose data is a `RevocationStateResponse`; the last has `propagated`',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  async events(
    @Param('id', UuidParam) id: string,
    @Req() req: AdminRequest,
    @Res() res: Response,
  ): Promise<void> {
    if (!req.token) throw new Error('The admin guard has not run');
    const plan = await this.applied(id);
    const stream = await this.streams.open(req.token, res);
    void this.follow(stream, plan).catch((error: unknown) => {
      this.logger.warn({ err: error, revocation: id }, 'the events of a revocation were cut off');
      stream.end('interrupted');
    });
  }

  /** Each state that is another than the one before. */
  private async follow(stream: LiveStream, plan: PlanView): Promise<void> {
    const until = performance.now() + WATCH_MS;
    for (let last = ''; performance.now() < until && !stream.signal.aborted; await sleep(LOOK_MS)) {
      const state = await this.actions.stateOf(plan);
      const text = JSON.stringify(state);
      if (text !== last) await stream.send({ event: 'state', data: text });
      if (state.propagated) break;
      last = text;
    }
    stream.end();
  }

  private async applied(id: string): Promise<PlanView> {
    const plan = found(await this.plans.find(id));
    if (!plan.applied) throw notFound();
    return plan;
  }
}
