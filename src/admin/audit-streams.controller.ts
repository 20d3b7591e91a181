import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import {
  AuditStreams,
  SecretNeeded,
  StreamSinks,
  StreamTrials,
  type StreamKind,
  type StreamSettings,
} from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { found, invalidField } from './admin-problem.js';
import { AskedBy, type Operator } from './admin-request.js';
import { filtersOf } from './audit-filters.request.js';
import { ChangedStreamRequest, NewStreamRequest, ReplayRequest } from './audit-streams.request.js';
import {
  AuditStreamPage,
  AuditStreamResponse,
  DeadLetterPage,
  TrialResponse,
} from './audit-streams.response.js';
import { UuidParam } from './ids.js';
import { given, paged, pageOf, PageRequest } from './paging.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { OnlyReads } from './repeat-safety.js';
import { RequireAdminScope } from './require-admin-scope.js';

const MAX_ATTEMPTS = 12;

@AdminController('audit/streams')
export class AuditStreamsController {
  constructor(
    private readonly streams: AuditStreams,
    private readonly sinks: StreamSinks,
    private readonly trials: StreamTrials,
  ) {}

  @Get()
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'Streams of the trail to others' })
  @ApiOkResponse({ type: AuditStreamPage })
  async list(@Query() request: PageRequest): Promise<AuditStreamPage> {
    return pageOf(await this.streams.list(paged(request)), (stream) => AuditStreamResponse.of(stream));
  }

  @Get(':id')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'One stream, and how far behind it is' })
  @ApiOkResponse({ type: AuditStreamResponse })
  async show(@Param('id', UuidParam) id: string): Promise<AuditStreamResponse> {
    const stream = found(await this.streams.find(id));
    return AuditStreamResponse.of(stream, { lag: await this.trials.lagOf(stream) });
  }

  @Get(':id/dead-letters')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'Events that did not arrive, and why' })
  @ApiOkResponse({ type: DeadLetterPage })
  async deadLetters(
    @Param('id', UuidParam) id: string,
    @Query() request: PageRequest,
  ): Promise<DeadLetterPage> {
    found(await this.streams.find(id));
    return pageOf(await this.streams.deadLetters(id, paged(request)), (letter) => ({
      id: letter.id,
      seq: Number(letter.seq),
      event_id: letter.eventId,
      type: letter.type,
      attempts: letter.attempts,
      problem: letter.problem,
      died_at: letter.diedAt.toISOString(),
    }));
  }

  @Post()
  @RequireRecentSignIn()
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Send what happens from now on to a collector' })
  @ApiCreatedResponse({ type: AuditStreamResponse })
  async create(
    @Body() request: NewStreamRequest,
    @AskedBy() { actor }: Operator,
  ): Promise<AuditStreamResponse> {
    const {
      name,
      kind,
      format = 'json',
      filters,
      settings = {},
      secret,
      max_attempts = MAX_ATTEMPTS,
    } = request;
    const wanted = {
      ...{ name, kind, format, maxAttempts: max_attempts },
      filters: filters ? filtersOf(filters) : {},
      settings: this.checked(kind, settings),
      ...given({ secret }),
    };
    const { stream, ...once } = await this.streams.create(actor, wanted);
    return AuditStreamResponse.of(stream, once);
  }

  @Patch(':id')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Change a stream' })
  @ApiOkResponse({ type: AuditStreamResponse })
  async change(
    @Param('id', UuidParam) id: string,
    @Body() { filters, settings, max_attempts: maxAttempts, ...rest }: ChangedStreamRequest,
    @AskedBy() { actor }: Operator,
  ): Promise<AuditStreamResponse> {
    const { kind } = found(await this.streams.find(id));
    const { name, format, secret } = rest;
    const wanted = given({
      ...{ name, format, secret, maxAttempts },
      filters: filters && filtersOf(filters),
      settings: settings && this.checked(kind, settings as StreamSettings),
    });
    try {
      return AuditStreamResponse.of(found(await this.streams.change(id, actor, wanted)));
    } catch (error) {
      if (!(error instanceof SecretNeeded)) throw error;
      throw invalidField('secret', 'must be given again, because it would go somewhere else');
    }
  }

  @Delete(':id')
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Remove a stream, and its dead letters with it' })
  @ApiOkResponse({ type: AuditStreamResponse })
  async remove(
    @Param('id', UuidParam) id: string,
    @AskedBy() { actor }: Operator,
  ): Promise<AuditStreamResponse> {
    return AuditStreamResponse.of(found(await this.streams.remove(id, actor)));
  }

  @Post(':id/test')
  @HttpCode(200)
  @OnlyReads()
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Send an event that never happened, and say how it went' })
  @ApiOkResponse({ type: TrialResponse })
  async test(@Param('id', UuidParam) id: string, @AskedBy() { actor }: Operator): Promise<TrialResponse> {
    return found(await this.trials.try(id, actor));
  }

  @Post(':id/pause')
  @HttpCode(200)
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Send nothing until it is resumed' })
  @ApiOkResponse({ type: AuditStreamResponse })
  async pause(
    @Param('id', UuidParam) id: string,
    @AskedBy() { actor }: Operator,
  ): Promise<AuditStreamResponse> {
    return AuditStreamResponse.of(found(await this.streams.pause(id, actor)));
  }

  @Post(':id/resume')
  @HttpCode(200)
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Go on, or try again at once' })
  @ApiOkResponse({ type: AuditStreamResponse })
  async resume(
    @Param('id', UuidParam) id: string,
    @AskedBy() { actor }: Operator,
  ): Promise<AuditStreamResponse> {
    return AuditStreamResponse.of(found(await this.streams.resume(id, actor)));
  }

  @Post(':id/replay')
  @RequireRecentSignIn()
  @HttpCode(200)
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Send everything from a moment on once more' })
  @ApiOkResponse({ type: AuditStreamResponse })
  async replay(
    @Param('id', UuidParam) id: string,
    @Query() { from }: ReplayRequest,
    @AskedBy() { actor }: Operator,
  ): Promise<AuditStreamResponse> {
    found(await this.streams.find(id));
    if (from === undefined) throw invalidField('from', 'must be given');
    return AuditStreamResponse.of(found(await this.streams.replay(id, actor, new Date(from))));
  }

  /** @throws AdminProblem when the stream could not go there */
  private checked(kind: StreamKind, settings: StreamSettings): StreamSettings {
    const problem = this.sinks.of(kind).problemOf(settings);
    if (problem) throw invalidField(`settings.${problem.field}`, problem.message);
    return settings;
  }
}
