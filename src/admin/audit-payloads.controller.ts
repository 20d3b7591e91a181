import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty } from '@nestjs/swagger';
import { Payloads, type NoPayload } from '../audit/index.js';
import { AdminController } from './admin-controller.js';
import { AdminProblem, notFound } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest } from './end.request.js';
import { UuidParam } from './ids.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { TEXT } from './response-fields.js';

class AuditPayloadResponse {
  @ApiProperty(TEXT) event_id!: string;
  @ApiProperty({ type: String, isArray: true, description: 'What is in it, by where it stood in the event' })
  fields!: readonly string[];
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'In the shape of the event' })
  payload!: object;
}

const PROBLEMS: Readonly<Record<NoPayload, () => AdminProblem>> = {
  no_event: notFound,
  no_payload: () =>
    new AdminProblem('not_found', {
      detail: 'Nothing of this event is sealed: all there is stands in it',
      reason: 'no_payload',
    }),
  erased: () =>
    new AdminProblem('gone', {
      detail: 'The key to the sealed details of this event was destroyed; nobody can open them any more',
      reason: 'payload_erased',
      members: { gone: 'erased' },
    }),
  expired: () =>
    new AdminProblem('gone', {
      detail: 'The sealed details of this event were removed after their time; the event stays',
      reason: 'payload_expired',
      members: { gone: 'expired' },
    }),
  damaged: () =>
    new AdminProblem('conflict', {
      detail: 'What is stored is not what was sealed with this event: somebody changed it in the database',
      reason: 'payload_damaged',
    }),
  key_not_configured: () =>
    new AdminProblem('temporarily_unavailable', {
      detail: 'Its key is sealed under a version of ENCRYPTION_KEYS that this server has not got',
      reason: 'encryption_key_missing',
    }),
};

@AdminController('audit/events')
export class AuditPayloadsController {
  constructor(private readonly payloads: Payloads) {}

  @Get(':id/payload')
  @RequireAdminScope('admin:audit:unseal')
  @ApiOperation({
    summary:
      'Open what is sealed of an event: personal details, arguments of a tool; the trail tells who did',
  })
  @ApiOkResponse({ type: AuditPayloadResponse })
  async open(
    @Param('id', UuidParam) id: string,
    @Query() query: EndRequest,
    @AskedBy() operator: Operator,
  ): Promise<AuditPayloadResponse> {
    const opened = await this.payloads.open(id, by(operator, query));
    if (typeof opened === 'string') throw PROBLEMS[opened]();
    return { event_id: id, fields: opened.fields, payload: opened.content };
  }
}
