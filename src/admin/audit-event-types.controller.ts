import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty } from '@nestjs/swagger';
import { EVENT_TYPES } from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { RequireAdminScope } from './require-admin-scope.js';

export class EventTypeResponse {
  @ApiProperty() type!: string;
  @ApiProperty({
    enum: ['info', 'low', 'medium', 'high', 'critical'],
    description: 'Unless an event says otherwise',
  })
  severity!: string;
  @ApiProperty({ type: 'integer' }) ocsf_class!: number;
  @ApiProperty({ enum: ['security', 'admin', 'tool_call', 'verbose'] }) retention!: string;
}

export class EventTypesResponse {
  @ApiProperty({ type: EventTypeResponse, isArray: true }) items!: EventTypeResponse[];
}

const CATALOGUE: EventTypesResponse = {
  items: Object.entries(EVENT_TYPES).map(([type, { severity, ocsfClass, retention }]) => ({
    type,
    severity,
    ocsf_class: ocsfClass,
    retention,
  })),
};

@AdminController('audit/event-types')
export class AuditEventTypesController {
  @Get()
  @RequireAdminScope('admin:audit:read')
  @ApiOperation({ summary: 'Every type of event this server can write' })
  @ApiOkResponse({ type: EventTypesResponse })
  list(): EventTypesResponse {
    return CATALOGUE;
  }
}
