import type { Server, ServerCapabilities } from '@modelcontextprotocol/server';
import { Injectable } from '@nestjs/common';
import { Dispatcher } from '../calls/dispatcher.js';
import { PROMPTS } from '../calls/prompt-result.js';
import { McpRegistry } from '../items/mcp-registry.js';
import type { Methods } from './methods.js';
import { Offers } from './offers.js';
import { expectNoCursor } from './one-page.js';
import { Requests } from './request.js';
import { safely } from './safely.js';

/** `prompts/list` and `prompts/get`. */
@Injectable()
export class PromptMethods implements Methods {
  constructor(
    private readonly registry: McpRegistry,
    private readonly dispatcher: Dispatcher,
    private readonly offers: Offers,
    private readonly requests: Requests,
  ) {}

  capabilities(): ServerCapabilities {
    return this.registry.prompts().length > 0 ? { prompts: { listChanged: true } } : {};
  }

  register(server: Server): void {
    server.setRequestHandler('prompts/list', ({ params }, context) =>
      safely(async () => {
        expectNoCursor(params);
        const bearer = this.requests.bearerOf(context);
        const shown = await this.offers.listed('prompt', this.registry.prompts(), bearer);
        return { prompts: shown.map(({ listing }) => listing) };
      }),
    );
    server.setRequestHandler('prompts/get', ({ params: { name, arguments: args } }, context) =>
      safely(() => {
        const item = this.registry.prompt(name);
        return this.dispatcher.call(PROMPTS, {
          ...this.requests.read(server, context, name, args),
          ...(item && { item }),
        });
      }),
    );
  }
}
