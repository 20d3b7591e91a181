import { Body, Delete, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Endings } from '../oauth/index.js';
import { FactorResets, WaysIn } from '../sessions/index.js';
import { UsersService } from '../users/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest, TakesReason } from './end.request.js';
import { EndedResponse } from './ended.response.js';
import { FactorsResponse } from './factors.response.js';
import { UuidParam } from './ids.js';
import { RequireAdminScope } from './require-admin-scope.js';

/** What one person signs in with here. */
@AdminController('users')
export class FactorsController {
  constructor(
    private readonly users: UsersService,
    private readonly ways: WaysIn,
    private readonly resets: FactorResets,
    private readonly endings: Endings,
  ) {}

  @Get(':id/factors')
  @RequireAdminScope('admin:users:read')
  @ApiOperation({ summary: 'What a person signs in with; never the thing itself' })
  @ApiOkResponse({ type: FactorsResponse })
  async show(@Param('id', UuidParam) id: string): Promise<FactorsResponse> {
    found(await this.users.find(id));
    return FactorsResponse.of(await this.ways.of(id));
  }

  @Delete(':id/factors')
  @RequireAdminScope('admin:users')
  @ApiOperation({
    summary:
      'Take away the passkeys, the authenticator app and the recovery codes of a person; all of theirs ends',
  })
  @ApiOkResponse({ type: EndedResponse })
  @TakesReason()
  async reset(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<EndedResponse> {
    const rows = found(await this.resets.reset(id, by(operator, body, query)));
    return EndedResponse.of(await this.endings.receipt(rows));
  }
}
