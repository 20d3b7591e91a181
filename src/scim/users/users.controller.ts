import { Body, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Answers } from '../answers.js';
import { IdParam } from '../id-param.js';
import { Projection } from '../projection.js';
import { Caller, type ScimCaller } from '../scim-caller.js';
import { ScimController } from '../scim-controller.js';
import { Reads } from '../scim.guard.js';
import { USER } from '../schemas.js';
import type { Json } from '../shape.js';
import { ScimUsers } from './scim-users.js';

/** RFC 7644 §3.2 */
@ScimController('Users')
export class ScimUsersController {
  constructor(
    private readonly users: ScimUsers,
    private readonly answers: Answers,
  ) {}

  @Get()
  list(@Query() query: object): Promise<object> {
    return this.answers.list(query, USER, (wanted) => this.users.list(wanted));
  }

  @Post('.search')
  @Reads()
  @HttpCode(200)
  search(@Body() body: object): Promise<object> {
    return this.answers.list(body, USER, (wanted) => this.users.list(wanted));
  }

  @Get(':id')
  async show(
    @Param('id', IdParam) id: string,
    @Req() req: Request,
    @Res({ passthrough: true }) res: Response,
  ): Promise<Json | undefined> {
    const found = await this.users.find(id, Projection.read(req.query, USER).shows('groups'));
    return this.answers.one(req, res, USER, found);
  }

  @Post()
  async create(
    @Caller() caller: ScimCaller,
    @Req() req: Request,
    @Res({ passthrough: true }) res: Response,
  ): Promise<Json | undefined> {
    return this.answers.changed(req, res, USER, await this.users.create(caller, req.body));
  }

  @Put(':id')
  async replace(
    @Param('id', IdParam) id: string,
    @Caller() caller: ScimCaller,
    @Req() req: Request,
    @Res({ passthrough: true }) res: Response,
  ): Promise<Json | undefined> {
    const which = { id, ifMatch: req.headers['if-match'] };
    return this.answers.changed(req, res, USER, await this.users.replace(caller, which, req.body));
  }

  @Patch(':id')
  async patch(
    @Param('id', IdParam) id: string,
    @Caller() caller: ScimCaller,
    @Req() req: Request,
    @Res({ passthrough: true }) res: Response,
  ): Promise<Json | undefined> {
    const which = { id, ifMatch: req.headers['if-match'] };
    return this.answers.changed(req, res, USER, await this.users.patch(caller, which, req.body));
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
    await this.answers.changed(req, res, USER, await this.users.remove(caller, which));
  }
}
