import { Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AuditProofs, AuditVerification, Checkpoints } from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { found, invalidField } from './admin-problem.js';
import { ConsistencyRequest, VerifyRequest } from './audit-proofs.request.js';
import {
  CheckpointPage,
  CheckpointResponse,
  ConsistencyResponse,
  InclusionProofResponse,
  VerifiedResponse,
} from './audit-proofs.response.js';
import { TreeSizeParam, UuidParam } from './ids.js';
import { paged, PageRequest, pageOf } from './paging.js';
import { OnlyReads } from './repeat-safety.js';
import { RequireAdminScope } from './require-admin-scope.js';

/** Events of one request; more would be an answer nobody waits for. */
const MOST = 200_000;

/** Shows that the trail is whole. */
@AdminController('audit')
export class AuditCheckpointsController {
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly proofs: AuditProofs,
    private readonly verification: AuditVerification,
  ) {}

  @Get('checkpoints')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'The signed checkpoints of the trail, newest first' })
  @ApiOkResponse({ type: CheckpointPage })
  async list(@Query() request: PageRequest): Promise<CheckpointPage> {
    return pageOf(await this.checkpoints.list(paged(request)), (one) => CheckpointResponse.of(one));
  }

  @Get('checkpoints/:treeSize/consistency')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'That the trail of a checkpoint goes on from an earlier one (RFC 9162 §2.1.4)' })
  @ApiOkResponse({ type: ConsistencyResponse })
  async consistency(
    @Param('treeSize', TreeSizeParam) treeSize: number,
    @Query() { from }: ConsistencyRequest,
  ): Promise<ConsistencyResponse> {
    const second = found(await this.checkpoints.find(treeSize));
    const first = await this.checkpoints.find(from);
    if (!first || from > treeSize)
      throw invalidField('from', 'is not the tree size of an earlier checkpoint');
    return ConsistencyResponse.of(first, second, await this.checkpoints.consistency(from, treeSize));
  }

  @Get('events/:id/proof')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'That an event is in the trail of the latest checkpoint (RFC 9162 §2.1.3)' })
  @ApiOkResponse({ type: InclusionProofResponse })
  async proof(@Param('id', UuidParam) id: string): Promise<InclusionProofResponse> {
    return InclusionProofResponse.of(id, found(await this.proofs.proofOf(id)));
  }

  @Post('verify')
  @HttpCode(200)
  @OnlyReads()
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({
    summary: 'Hold the trail against what was signed; the first event that does not fit is named',
  })
  @ApiOkResponse({ type: VerifiedResponse })
  @ApiBody({ type: VerifyRequest, required: false })
  async verify(@Body() { from = 0, to }: VerifyRequest): Promise<VerifiedResponse> {
    const end = Math.min(to ?? Infinity, from + MOST);
    if (from >= end) throw invalidField('from', 'must be lower than `to`');
    const verified = await this.verification.verify(from, end);
    if (verified.sealed > 0 && from >= verified.sealed)
      throw invalidField('from', 'must be lower than the number of events');
    return VerifiedResponse.of({ from, to: Math.min(end, verified.sealed) }, verified);
  }
}
