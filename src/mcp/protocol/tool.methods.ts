import type {
  CallToolResult,
  InputRequiredResult,
  Server,
  ServerCapabilities,
} from '@modelcontextprotocol/server';
import { Injectable } from '@nestjs/common';
import { Dispatcher } from '../calls/dispatcher.js';
import type { ArgumentSchema } from '../calls/shown-arguments.js';
import { TOOLS } from '../calls/tool-result.js';
import { McpRegistry } from '../items/mcp-registry.js';
import { exchangeOf } from '../mcp-request.js';
import type { Methods } from './methods.js';
import { Offers } from './offers.js';
import { expectNoCursor } from './one-page.js';
import { Requests } from './request.js';
import { safely } from './safely.js';

/** `tools/list` and `tools/call`. */
@Injectable()
export class ToolMethods implements Methods {
  constructor(
    private readonly registry: McpRegistry,
    private readonly dispatcher: Dispatcher,
    private readonly offers: Offers,
    private readonly requests: Requests,
  ) {}

  capabilities(): ServerCapabilities {
    return this.registry.tools().length > 0 ? { tools: { listChanged: true } } : {};
  }

  register(server: Server): void {
    server.setRequestHandler('tools/list', ({ params }, context) =>
      safely(async () => {
        expectNoCursor(params);
        const shown = await this.offers.listed(
          'tool',
          this.registry.tools(),
          this.requests.bearerOf(context),
        );
        return { tools: shown.map(({ listing }) => listing) };
      }),
    );
    server.setRequestHandler('tools/call', ({ params: { name, arguments: args } }, context) =>
      safely<CallToolResult | InputRequiredResult>(() => {
        const { outcome } = exchangeOf(context.http?.authInfo);
        if (outcome) return outcome();
        const item = this.registry.tool(name);
        return this.dispatcher.call(TOOLS, {
          ...this.requests.read(server, context, name, args),
          ...(item && { item, schema: item.listing.inputSchema as ArgumentSchema }),
        });
      }),
    );
  }
}
