import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { BearerGuard } from './bearer.guard.js';
import { ItemScopeGuard } from './item-scope.guard.js';
import { JsonRpcBodyGuard } from './json-rpc-body.guard.js';
import { OriginGuard } from './origin.guard.js';

/** All that stands before the MCP endpoint, in order: where from, who, what, and whether. */
@Injectable()
export class McpGuard implements CanActivate {
  private readonly guards: readonly CanActivate[];

  constructor(origin: OriginGuard, bearer: BearerGuard, body: JsonRpcBodyGuard, scopes: ItemScopeGuard) {
    this.guards = [origin, bearer, body, scopes];
  }

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    for (const guard of this.guards) if (!(await guard.canActivate(execution))) return false;
    return true;
  }
}
