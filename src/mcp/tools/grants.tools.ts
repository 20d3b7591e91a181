import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Actor } from '../../audit/index.js';
import { GrantsService, type GrantView } from '../../oauth/index.js';
import { Tool } from '../authoring/decorators.js';
import { RequireScopes } from '../authoring/policy.decorators.js';
import { ToolError, type ToolCaller } from '../authoring/caller.js';
import { plainText } from './plain-text.js';

const List = z.strictObject({
  user_id: z.uuid().optional(),
  client_id: plainText(1, 200).optional(),
  limit: z.number().int().min(1).max(50).default(20),
  cursor: z.uuid().optional().describe('next_cursor of the page before'),
});
const Revoke = z.strictObject({ grant_id: z.uuid(), reason: plainText(1, 200).optional() });

/** For operators. */
@Injectable()
export class GrantsTools {
  constructor(private readonly grants: GrantsService) {}

  @Tool({
    name: 'grants_list',
    title: 'List grants',
    description: 'Lists what people allowed clients to do, newest first.',
    input: List,
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  })
  @RequireScopes('admin:grants:read')
  async list({ user_id, client_id, limit, cursor }: z.output<typeof List>): Promise<object> {
    const { items, next } = await this.grants.list({
      limit,
      ...(user_id && { userId: user_id }),
      ...(client_id && { clientId: client_id }),
      ...(cursor && { cursor }),
    });
    return { grants: items.map(view), ...(next && { next_cursor: next }) };
  }

  @Tool({
    name: 'grants_revoke',
    title: 'Revoke a grant',
    description:
      'Ends a grant: its tokens stop working everywhere within seconds, and calls in flight are aborted.',
    input: Revoke,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  })
  @RequireScopes('admin:grants')
  async revoke({ grant_id, reason }: z.output<typeof Revoke>, caller: ToolCaller): Promise<object> {
    const actor: Actor = caller.userId
      ? { type: 'admin', id: caller.userId }
      : { type: 'client', id: caller.clientId };
    const ended = await this.grants.revoke(grant_id, { actor, ...(reason && { reason }) });
    if (!ended) throw new ToolError('There is no such grant');
    return { revoked: ended.revoked, ...(ended.receipt && { receipt: ended.receipt }) };
  }
}

function view(grant: GrantView): object {
  return {
    id: grant.id,
    user_id: grant.userId,
    user_email: grant.userEmail,
    client_id: grant.clientId,
    client_name: grant.clientName,
    resource: grant.resource,
    scopes: grant.scopes,
    created_at: grant.createdAt,
    last_used_at: grant.lastUsedAt,
    revoked_at: grant.revokedAt,
  };
}
