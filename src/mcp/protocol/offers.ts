import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { VerifiedToken } from '../../oauth/index.js';
import { CallAudit } from '../calls/call-audit.js';
import type { Item } from '../items/item.js';
import { McpRegistry } from '../items/mcp-registry.js';

/** Never asked for without the right to it, so nobody is told to try. */
const NEVER_OFFERED = 'admin:';

/** What a caller gets to see in a list. */
@Injectable()
export class Offers {
  constructor(
    private readonly config: AppConfig,
    private readonly registry: McpRegistry,
    private readonly audit: CallAudit,
  ) {}

  async listed<I extends Item>(
    kind: 'tool' | 'resource' | 'prompt',
    items: readonly I[],
    token: VerifiedToken,
  ): Promise<readonly I[]> {
    const shown = items.filter((item) => this.offered(item, token));
    await this.audit.listed(kind, token, shown.length, items.length - shown.length);
    return shown;
  }

  private offered(item: Item, token: VerifiedToken): boolean {
    const missing = this.registry.missingScopes(item, token.scopes);
    if (missing.length === 0) return true;
    return (
      this.config.policies.toolsList === 'step_up' &&
      !missing.some((scope) => scope.startsWith(NEVER_OFFERED))
    );
  }
}
