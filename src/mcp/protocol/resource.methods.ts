import type { Server, ServerCapabilities } from '@modelcontextprotocol/server';
import { Injectable } from '@nestjs/common';
import { Dispatcher } from '../calls/dispatcher.js';
import { resourcesAt } from '../calls/resource-result.js';
import { McpRegistry } from '../items/mcp-registry.js';
import type { Methods } from './methods.js';
import { Offers } from './offers.js';
import { expectNoCursor } from './one-page.js';
import { Requests } from './request.js';
import { safely } from './safely.js';

/** `resources/list`, `resources/templates/list` and `resources/read`. */
@Injectable()
export class ResourceMethods implements Methods {
  constructor(
    private readonly registry: McpRegistry,
    private readonly dispatcher: Dispatcher,
    private readonly offers: Offers,
    private readonly requests: Requests,
  ) {}

  capabilities(): ServerCapabilities {
    const some = this.registry.resources().length + this.registry.templates().length > 0;
    return some ? { resources: { listChanged: true, subscribe: true } } : {};
  }

  register(server: Server): void {
    server.setRequestHandler('resources/list', ({ params }, context) =>
      safely(async () => {
        expectNoCursor(params);
        const bearer = this.requests.bearerOf(context);
        const shown = await this.offers.listed('resource', this.registry.resources(), bearer);
        return { resources: shown.map(({ listing }) => listing) };
      }),
    );
    server.setRequestHandler('resources/templates/list', ({ params }, context) =>
      safely(async () => {
        expectNoCursor(params);
        const bearer = this.requests.bearerOf(context);
        const shown = await this.offers.listed('resource', this.registry.templates(), bearer);
        return { resourceTemplates: shown.map(({ listing }) => listing) };
      }),
    );
    server.setRequestHandler('resources/read', ({ params: { uri } }, context) =>
      safely(() => {
        const found = this.registry.resourceAt(uri);
        return this.dispatcher.call(resourcesAt(uri), {
          ...this.requests.read(server, context, uri, undefined),
          ...found,
        });
      }),
    );
  }
}
