import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty } from '@nestjs/swagger';
import {
  EVENT_TYPES,
  piiOf,
  RETENTION_CLASSES,
  schemaOf,
  sealedOf,
  SEVERITIES,
  type EventTypeInfo,
} from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { RequireAdminScope } from './require-admin-scope.js';

export class EventTypeResponse {
  @ApiProperty() type!: string;
  @ApiProperty() description!: string;
  @ApiProperty({
    enum: SEVERITIES,
    description: 'Unless an event says otherwise',
  })
  severity!: string;
  @ApiProperty({ type: 'integer' }) ocsf_class!: number;
  @ApiProperty({ type: 'integer', description: 'OCSF activity of that class' }) ocsf_activity!: number;
  @ApiProperty({ enum: RETENTION_CLASSES, description: 'How long its events are kept: `audit.retention`' })
  retention!: string;
  @ApiProperty({ type: String, isArray: true, description: 'Where personal data may be' })
  pii_fields!: string[];
  @ApiProperty({
    type: String,
    isArray: true,
    description: 'Of those, what is sealed in the payload and does not stand in the event',
  })
  sealed_fields!: string[];
  @ApiProperty({
    type: Boolean,
    description: 'Whether the payload goes after `policies.audit.payloadDays`, and not with the event',
  })
  payload_is_brief!: boolean;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'JSON Schema of its events' })
  schema!: Record<string, unknown>;
}

export class EventTypesResponse {
  @ApiProperty({ type: EventTypeResponse, isArray: true }) items!: EventTypeResponse[];
}

const TYPES: readonly (readonly [string, EventTypeInfo])[] = Object.entries(EVENT_TYPES);

const CATALOGUE: EventTypesResponse = {
  items: TYPES.map(([type, info]) => ({
    type,
    description: info.description,
    severity: info.severity,
    ocsf_class: info.ocsfClass,
    ocsf_activity: info.activity,
    retention: info.retention,
    pii_fields: [...piiOf(info)],
    sealed_fields: [...sealedOf(info)],
    payload_is_brief: info.brief === true,
    schema: schemaOf(type, info),
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
