import {
  Server,
  type Implementation,
  type ServerCapabilities,
  type ServerOptions,
} from '@modelcontextprotocol/server';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { METHODS, type Methods } from './methods.js';

/** Of the protocol server, as clients log it. */
const VERSION = '0.1.0';

/** What a caller is shown depends on the caller, so nobody may keep it for another. */
const LIST = { ttlMs: 30_000, cacheScope: 'private' } as const;
const CACHE_HINTS: NonNullable<ServerOptions['cacheHints']> = {
  'tools/list': LIST,
  'prompts/list': LIST,
  'resources/list': LIST,
  'resources/templates/list': LIST,
  'resources/read': { ttlMs: 0, cacheScope: 'private' },
};

/** A request of 2026-07-28, one of a 2025 revision that stands alone, or a session of those. */
export type Leg = 'modern' | 'legacy' | 'session';

interface Served {
  readonly methods: readonly Methods[];
  readonly capabilities: ServerCapabilities;
}

/**
 * Makes the protocol server of one request or session. It is the SDK's low-level one: registering every tool anew for each request
 * costs more than serving it, and what a caller may see differs from caller to caller.
 */
@Injectable()
export class McpServerFactory {
  private readonly logger = new Logger(McpServerFactory.name);
  readonly identity: Implementation;
  private known: Served | undefined;

  constructor(
    config: AppConfig,
    @Inject(METHODS) private readonly all: readonly Methods[],
  ) {
    this.identity = { name: 'gatehouse', title: config.brand.name, version: VERSION };
  }

  create(leg: Leg): Server {
    const served = this.served();
    const server = new Server(this.identity, {
      cacheHints: CACHE_HINTS,
      capabilities: leg === 'legacy' ? withoutNews(served.capabilities) : served.capabilities,
    });
    for (const methods of served.methods) methods.register(server);
    server.onerror = (error) => this.logger.debug(error.message);
    return server;
  }

  /** What there is does not change while the server runs. */
  private served(): Served {
    return (this.known ??= {
      methods: this.all.filter((methods) => Object.keys(methods.capabilities()).length > 0),
      capabilities: this.all.reduce<ServerCapabilities>(
        (all, methods) => ({ ...all, ...methods.capabilities() }),
        { logging: {} },
      ),
    });
  }
}

/** To a client that is asked nothing and told nothing between its requests. */
function withoutNews(capabilities: ServerCapabilities): ServerCapabilities {
  const { tools, prompts, resources, ...others } = capabilities;
  return {
    ...others,
    ...(tools && { tools: {} }),
    ...(prompts && { prompts: {} }),
    ...(resources && { resources: {} }),
  };
}
