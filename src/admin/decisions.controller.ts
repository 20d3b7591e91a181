import { Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AuditLog, AuditTrail } from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { DecisionExplainer } from './decision-explainer.js';
import { DecisionResponse } from './decisions.response.js';
import { UuidParam } from './ids.js';
import { RequireAdminScope } from './require-admin-scope.js';

@AdminController('decisions')
export class DecisionsController {
  constructor(
    private readonly trail: AuditTrail,
    private readonly audit: AuditLog,
    private readonly explainer: DecisionExplainer,
  ) {}

  @Get(':id')
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({
    summary: 'Why something was refused: the rule, what it required, and what would have been allowed',
  })
  @ApiOkResponse({ type: DecisionResponse })
  async show(@Param('id', UuidParam) id: string): Promise<DecisionResponse> {
    const event = found(await this.trail.find(id));
    await this.audit.decide({ type: 'audit.searched', details: { event_id: id, returned: 1 } });
    return this.explainer.explain(event);
  }
}
