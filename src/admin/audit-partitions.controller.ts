import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { PartitionList } from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { AuditPartitionResponse, AuditPartitionsResponse } from './audit-partitions.response.js';
import { RequireAdminScope } from './require-admin-scope.js';

/** What the trail is made of, and what retention has taken out of it. */
@AdminController('audit/partitions')
export class AuditPartitionsController {
  constructor(private readonly partitions: PartitionList) {}

  @Get()
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({
    summary: 'The partitions of the trail, those that were archived and those that were dropped',
  })
  @ApiOkResponse({ type: AuditPartitionsResponse })
  async list(): Promise<AuditPartitionsResponse> {
    const all = await this.partitions.all();
    return { items: all.map((one) => AuditPartitionResponse.of(one)) };
  }
}
