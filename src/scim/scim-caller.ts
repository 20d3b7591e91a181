import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from '../audit/index.js';

/** Who provisions. */
export interface ScimCaller {
  readonly actor: Actor;
  readonly mayWrite: boolean;
  /** E-mail domains whose addresses count as verified when this caller says them. */
  readonly vouchesFor: readonly string[];
}

/** The express request as the guard fills it in. */
export interface ScimRequest extends Request {
  scimCaller?: ScimCaller;
}

/** The parameter that says who asks. */
export const Caller = createParamDecorator((_: unknown, execution: ExecutionContext): ScimCaller => {
  const { scimCaller } = execution.switchToHttp().getRequest<ScimRequest>();
  if (!scimCaller) throw new Error('The provisioning guard has not run');
  return scimCaller;
});
