import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request } from 'express';
import type { ProblemFilter } from './admin/index.js';
import type { JsonRpcFilter } from './mcp/index.js';
import type { OAuthErrorFilter } from './oauth/index.js';
import type { ScimFilter } from './scim/index.js';
import type { PageErrorFilter } from './sessions/index.js';

export interface Filters {
  readonly admin: ProblemFilter;
  readonly mcp: JsonRpcFilter;
  readonly oauth: OAuthErrorFilter;
  readonly pages: PageErrorFilter;
  readonly scim: ScimFilter;
}

/** Errors that no controller saw (no such route, an unreadable body) get the shape of the place they were sent to. */
@Catch()
export class UnmatchedFilter implements ExceptionFilter {
  constructor(private readonly filters: Filters) {}

  async catch(cause: unknown, host: ArgumentsHost): Promise<void> {
    // What a tool throws is answered where it was called.
    if (host.getType<string>() === 'mcp') throw cause;
    await this.filters[shapeOf(host.switchToHttp().getRequest<Request>().path)].catch(cause, host);
  }
}

const SHAPES: readonly (readonly [RegExp, keyof Filters])[] = [
  [/^\/mcp(?:\/|$)/i, 'mcp'],
  [/^\/admin(?:\/|$)/i, 'admin'],
  [/^\/scim(?:\/|$)/i, 'scim'],
  [/^\/oauth2\/(?:authorize|logout)(?:\/|$)/i, 'pages'],
  [/^\/(?:oauth2|\.well-known|health)(?:\/|$)/i, 'oauth'],
  [/^\/(?:token|register)(?:\/|$)/i, 'oauth'],
];

function shapeOf(path: string): keyof Filters {
  return SHAPES.find(([pattern]) => pattern.test(path))?.[1] ?? 'pages';
}
