import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { identify } from '../audit/index.js';
import { ScimAccess } from './scim-access.js';
import type { ScimCaller, ScimRequest } from './scim-caller.js';
import { ScimRefusal } from './scim-refusal.js';
import { ScimThrottle } from './scim-throttle.js';
import { SCIM_TOKEN_PREFIX, ScimTokens } from './tokens/scim-tokens.js';

const READING = ['GET', 'HEAD'];
const READS = 'gatehouse:scim-reads';
const SCIM_TOKEN = new RegExp(`^Bearer +(${SCIM_TOKEN_PREFIX}[\\w-]{1,200})$`, 'i');

/** It changes nothing, whatever its method is (RFC 7644 §3.4.3). */
export const Reads = (): MethodDecorator => SetMetadata(READS, true);

/** Every request carries a token of a directory, or an access token for this resource, in the Authorization header. */
@Injectable()
export class ScimGuard implements CanActivate {
  constructor(
    private readonly throttle: ScimThrottle,
    private readonly tokens: ScimTokens,
    private readonly access: ScimAccess,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const req = execution.switchToHttp().getRequest<ScimRequest>();
    const ip = req.ip ?? '';
    await this.throttle.check(ip);
    const caller = await this.caller(req).catch(async (error: unknown) => {
      if (error instanceof ScimRefusal && error.status === 401) await this.throttle.failed(ip);
      throw error;
    });
    req.scimCaller = caller;
    identify({ actor: caller.actor });
    const reads = this.reflector.get<true | undefined>(READS, execution.getHandler());
    if (!reads && !READING.includes(req.method) && !caller.mayWrite) throw this.access.insufficient();
    return true;
  }

  private async caller(req: ScimRequest): Promise<ScimCaller> {
    const [, token] = SCIM_TOKEN.exec(req.headers.authorization ?? '') ?? [];
    if (token === undefined) return this.access.caller(req);
    const bearer = await this.tokens.use(token, req.ip ?? null);
    if (!bearer) throw this.access.refused('unknown_scim_token');
    const actor = { type: 'client', id: `scim-token:${bearer.id}`, display: bearer.note } as const;
    return { actor, mayWrite: true, vouchesFor: bearer.vouchesFor };
  }
}
