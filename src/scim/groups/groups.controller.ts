import { Body, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Answers } from '../answers.js';
import { IdParam } from '../id-param.js';
import { Projection } from '../projection.js';
import type { Done } from '../resource-actions.js';
import { Caller, type ScimCaller } from '../scim-caller.js';
import { ScimController } from '../scim-controller.js';
import { Reads } from '../scim.guard.js';
import { GROUP } from '../schemas.js';
import type { Json } from '../shape.js';
import { ScimGroups } from './scim-groups.js';

/** RFC 7644 §3.2 */
@ScimController('Groups')
export class ScimGroupsController {
  constructor(
    private readonly groups: ScimGroups,
    private readonly answers: Answers,
  ) {}

  @Get()
  list(@Query() query: object): Promise<object> {
    return this.answers.list(query, GROUP, (wanted) => this.groups.list(wanted));
  }

  @Post('.search')
  @Reads()
  @HttpCode(200)
  search(@Body() body: object): Promise<object> {
    return this.answers.list(body, GROUP, (wanted) => this.groups.list(wanted));
  }

  @Get(':id')
  async show(
    @Param('id', IdParam) id: string,
    @Req() req: Request,
    @Res({ passthrough: true }) res: Response,
  ): Promise<Json | undefined> {
    const found = await this.groups.find(id, Projection.read(req.query, GROUP).shows('members'));
    return this.answers.one(req, res, GROUP, found);
  }

  @Post()
  async create(
    @Caller() caller: ScimCaller,
    @Req() req: Request,
    @Res({ passthrough: true }) res: Response,
  ): Promise<Json | undefined> {
    return this.whole(req, res, await this.groups.create(caller, req.body));
  }

  @Put(':id')
  async replace(
    @Param('id', IdParam) id: string,
    @Caller() caller: ScimCaller,
    @Req() req: Request,
    @Res({ passthrough: true }) res: Response,
  ): Promise<Json | undefined> {
    const which = { id, ifMatch: req.headers['if-match'] };
    return this.whole(req, res, await this.groups.replace(caller, which, req.body));
  }

  /** §3.5.2: nobody is sent all the members of a group for having changed one, unless they ask. */
  @Patch(':id')
  async patch(
    @Param('id', IdParam) id: string,
    @Caller() caller: ScimCaller,
    @Req() req: Request,
    @Res({ passthrough: true }) res: Response,
  ): Promise<Json | undefined> {
    const which = { id, ifMatch: req.headers['if-match'] };
    const done = await this.groups.patch(caller, which, req.body);
    if (Projection.read(req.query, GROUP).isAsked) return this.whole(req, res, done);
    res.status(204);
    return this.answers.changed(req, res, GROUP, done);
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(
    @Param('id', IdParam) id: string,
    @Caller() caller: ScimCaller,
    @Req() req: Request,
    @Res({ passthrough: true }) res: Response,
  ): Promise<void> {
    const which = { id, ifMatch: req.headers['if-match'] };
    await this.answers.changed(req, res, GROUP, await this.groups.remove(caller, which));
  }

  /** The group as it is now, with its members unless they are not wanted. */
  private async whole(req: Request, res: Response, done: Done): Promise<Json | undefined> {
    const found = await this.groups.find(done.id, Projection.read(req.query, GROUP).shows('members'));
    return this.answers.changed(req, res, GROUP, { ...done, ...(found && { resource: found.resource }) });
  }
}
