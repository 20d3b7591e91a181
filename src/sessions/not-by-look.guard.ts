import { MethodNotAllowedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';

/** Express routes HEAD to the handlers of GET as well; a look must not do what those do (RFC 9110 §9.2.1). */
export class NotByLook implements CanActivate {
  /** `allow` are the methods that there are. */
  constructor(private readonly allow: string) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    if (http.getRequest<Request>().method !== 'HEAD') return true;
    http.getResponse<Response>().setHeader('Allow', this.allow);
    throw new MethodNotAllowedException();
  }
}
