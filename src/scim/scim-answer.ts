import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';
import { ScimRefusal } from './scim-refusal.js';

const TYPES = ['application/scim+json', 'application/json'];

/** What every served request and answer has: its media type (RFC 7644 §3.1), and that nobody keeps it. */
@Injectable()
export class ScimAnswer implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const req = execution.switchToHttp().getRequest<Request>();
    const hasBody =
      req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
    if (hasBody && !req.is(TYPES))
      throw new ScimRefusal(415, `Content-Type must be ${TYPES.join(' or ')}`, {
        reason: 'unsupported_media_type',
      });
    const res = execution.switchToHttp().getResponse<Response>();
    res.set('Cache-Control', 'no-store').type('application/scim+json');
    return next.handle();
  }
}
