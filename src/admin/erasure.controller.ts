import { Body, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Erasures, LegalHolds, type LegalHoldView } from '../audit/index.js';
import { UsersService } from '../users/index.js';
import { AdminController } from './admin-controller.js';
import { AdminProblem, found, notFound } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest, TakesReason } from './end.request.js';
import { ErasureResponse, LegalHoldRequest, LegalHoldResponse } from './erasure.response.js';
import { UuidParam } from './ids.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';

/** What the trail has sealed about a person, who may have been deleted already. */
@AdminController('users', 'erasure')
export class ErasureController {
  constructor(
    private readonly users: UsersService,
    private readonly erasures: Erasures,
    private readonly holds: LegalHolds,
  ) {}

  @Post(':id/erasure')
  @HttpCode(200)
  @RequireRecentSignIn()
  @RequireAdminScope('admin:users')
  @ApiOperation({
    summary: 'Destroy the keys to all that the audit trail has sealed about a person; it cannot be undone',
  })
  @ApiOkResponse({ type: ErasureResponse })
  @TakesReason()
  async erase(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<ErasureResponse> {
    const hasAccount = await this.known(id);
    const erasure = await this.erasures.erase(id, by(operator, body, query));
    if ('heldBy' in erasure) throw held(erasure.heldBy);
    return { erased: erasure.keys > 0, keys: erasure.keys, has_account: hasAccount };
  }

  @Get(':id/legal-hold')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'Why nothing about a person may be erased; 404 when it may' })
  @ApiOkResponse({ type: LegalHoldResponse })
  async show(@Param('id', UuidParam) id: string): Promise<LegalHoldResponse> {
    return LegalHoldResponse.of(found(await this.holds.find(id)));
  }

  @Post(':id/legal-hold')
  @HttpCode(200)
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'Keep everything that the trail has about a person until the hold is lifted' })
  @ApiOkResponse({ type: LegalHoldResponse })
  async hold(
    @Param('id', UuidParam) id: string,
    @Body() body: LegalHoldRequest,
    @AskedBy() operator: Operator,
  ): Promise<LegalHoldResponse> {
    await this.known(id);
    return LegalHoldResponse.of(
      await this.holds.set(id, { ...by(operator, body), ...body, actor: operator.actor }),
    );
  }

  @Delete(':id/legal-hold')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:audit')
  @ApiOperation({ summary: 'What the trail has about a person may be erased again' })
  @ApiOkResponse({ type: LegalHoldResponse })
  @TakesReason()
  async lift(
    @Param('id', UuidParam) id: string,
    @Body() body: EndRequest,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<LegalHoldResponse> {
    return LegalHoldResponse.of(found(await this.holds.lift(id, by(operator, body, query))));
  }

  /** Whether they have an account still. @throws AdminProblem when nothing tells of such a person */
  private async known(id: string): Promise<boolean> {
    const hasAccount = (await this.users.find(id)) !== undefined;
    if (!hasAccount && !(await this.erasures.knows(id))) throw notFound();
    return hasAccount;
  }
}

function held(hold: LegalHoldView): AdminProblem {
  return new AdminProblem('conflict', {
    detail: 'A legal hold is on this person: lift it first, if that is right',
    reason: 'legal_hold',
    members: { legal_hold: LegalHoldResponse.of(hold) },
  });
}
