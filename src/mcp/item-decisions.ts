import { Injectable } from '@nestjs/common';
import { McpRegistry } from './items/mcp-registry.js';
import type { JsonRpcMessage } from './json-rpc-message.js';
import type { Bearer } from './policy/bearer.js';
import type { Failure } from './policy/decide.js';
import { Decider } from './policy/decider.js';
import type { Ruling } from './policy/record.js';
import { wantedBy, type Wanted } from './wanted-items.js';

/** Something that a message wants, and may not have. */
export interface RefusedItem {
  readonly wanted: Wanted;
  readonly ruling: Ruling;
  readonly failure: Failure;
}

/** What is decided of a message before it is served, and counts nothing. */
@Injectable()
export class ItemDecisions {
  constructor(
    private readonly registry: McpRegistry,
    private readonly decider: Decider,
  ) {}

  /** The first that is refused. */
  async refused(message: JsonRpcMessage, bearer: Bearer): Promise<RefusedItem | undefined> {
    for (const wanted of wantedBy(message, this.registry)) {
      const counting = wanted.kind === 'completion' ? 'ignore' : 'look';
      const ruling = await this.decider.rule(wanted.item, bearer, counting);
      const [failure] = ruling.decision.failures;
      if (failure) return { wanted, ruling, failure };
    }
    return undefined;
  }
}
