import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Tool } from '../authoring/decorators.js';
import { RequireScopes } from '../authoring/policy.decorators.js';
import type { ToolCaller } from '../authoring/caller.js';

const Identity = z.object({
  user_id: z.string().optional().describe('Absent when the client acts for itself'),
  client_id: z.string(),
  grant_id: z.string().optional(),
  scopes: z.array(z.string()),
  expires_at: z.iso.datetime().describe('When the access token expires'),
});

@Injectable()
export class IdentityTools {
  @Tool({
    name: 'whoami',
    title: 'Who am I',
    description:
      'Tells for which person and which client this connection acts, with which scopes and until when.',
    input: z.strictObject({}),
    output: Identity,
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  })
  @RequireScopes('mcp:tools:read')
  whoami(_input: object, caller: ToolCaller): z.input<typeof Identity> {
    return {
      ...(caller.userId && { user_id: caller.userId }),
      client_id: caller.clientId,
      ...(caller.grantId && { grant_id: caller.grantId }),
      scopes: [...caller.scopes],
      expires_at: new Date(caller.expiresAt * 1000).toISOString(),
    };
  }
}
