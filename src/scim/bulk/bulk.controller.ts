import { HttpCode, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { AppConfig } from '../../config/index.js';
import { Caller, type ScimCaller } from '../scim-caller.js';
import { ScimController } from '../scim-controller.js';
import { readBulk } from './bulk-request.js';
import { Bulk } from './bulk.js';

@ScimController('Bulk')
export class ScimBulkController {
  constructor(
    private readonly config: AppConfig,
    private readonly bulk: Bulk,
  ) {}

  @Post()
  @HttpCode(200)
  run(@Caller() caller: ScimCaller, @Req() req: Request): Promise<object> {
    return this.bulk.run(caller, readBulk(req.body, this.config.limits.scim.bulkOperations));
  }
}
