import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { CallAudit } from '../calls/call-audit.js';
import type { Item } from '../items/item.js';
import type { Bearer } from '../policy/bearer.js';
import type { Failure } from '../policy/decide.js';
import { Decider } from '../policy/decider.js';

/** Never asked for without the right to it, so nobody is told to try. */
const NEVER_OFFERED = 'admin:';

/** What a caller gets to see in a list. */
@Injectable()
export class Offers {
  constructor(
    private readonly config: AppConfig,
    private readonly decider: Decider,
    private readonly audit: CallAudit,
  ) {}

  async listed<I extends Item>(
    kind: 'tool' | 'resource' | 'prompt',
    items: readonly I[],
    bearer: Bearer,
  ): Promise<readonly I[]> {
    const offered = await Promise.all(items.map((item) => this.isOffered(item, bearer)));
    const shown = items.filter((_, at) => offered[at]);
    await this.audit.listed(kind, bearer.token, shown.length, items.length - shown.length);
    return shown;
  }

  /** What the caller may use, or could with other scopes or another sign-in; not what nothing of theirs would change. */
  private async isOffered(item: Item, bearer: Bearer): Promise<boolean> {
    const { decision } = await this.decider.rule(item, bearer, 'ignore');
    return decision.failures.every((failure) => this.isCurable(failure));
  }

  private isCurable(failure: Failure): boolean {
    if (failure.rule === 'sign_in') return true;
    return (
      failure.rule === 'scopes' &&
      this.config.policies.toolsList === 'step_up' &&
      !failure.missing.some((scope) => scope.startsWith(NEVER_OFFERED))
    );
  }
}
