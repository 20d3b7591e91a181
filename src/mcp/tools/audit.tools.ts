import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AuditLog, AuditTrail, EVENT_TYPES, type EventType } from '../../audit/index.js';
import { Tool } from '../authoring/decorators.js';
import { RequireScopes } from '../authoring/policy.decorators.js';
import { plainText } from './plain-text.js';

const Search = z.strictObject({
  type: z.enum(Object.keys(EVENT_TYPES) as [EventType, ...EventType[]]).optional(),
  outcome: z.enum(['allowed', 'denied', 'throttled', 'error', 'aborted']).optional(),
  user_id: plainText(1, 200).optional(),
  client_id: plainText(1, 200).optional(),
  grant_id: plainText(1, 200).optional(),
  tool: plainText(1, 64).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  limit: z.number().int().min(1).max(50).default(20),
  cursor: z.uuid().optional().describe('next_cursor of the page before'),
});

/** For operators. */
@Injectable()
export class AuditTools {
  constructor(
    private readonly trail: AuditTrail,
    private readonly audit: AuditLog,
  ) {}

  @Tool({
    name: 'audit_search',
    title: 'Search the audit trail',
    description:
      'Finds audit events, newest first: who did or was refused what, when, through which client and grant.',
    input: Search,
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  })
  @RequireScopes('admin:audit:read')
  async search({ limit, ...filter }: z.output<typeof Search>): Promise<object> {
    const asked = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    await this.audit.decide({ type: 'audit.searched', details: { ...asked, limit, via: 'mcp' } });
    const { items, next } = await this.trail.search({ limit, ...queryOf(filter) });
    return { events: items, ...(next && { next_cursor: next }) };
  }
}

function queryOf(filter: Omit<z.output<typeof Search>, 'limit'>) {
  return {
    ...(filter.type && { type: [filter.type] }),
    ...(filter.outcome && { outcome: [filter.outcome] }),
    ...(filter.user_id && { user_id: filter.user_id }),
    ...(filter.client_id && { client_id: filter.client_id }),
    ...(filter.grant_id && { grant_id: filter.grant_id }),
    ...(filter.tool && { tool: filter.tool }),
    ...(filter.since && { since: filter.since }),
    ...(filter.until && { until: filter.until }),
    ...(filter.cursor && { cursor: filter.cursor }),
  };
}
