import {
  applyDecorators,
  Injectable,
  SetMetadata,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { from, map, mergeMap, type Observable } from 'rxjs';
import { currentAudit } from './audit-context.js';
import { AuditLog } from './audit-log.js';
import type { EventType } from './event-types.js';

const KEY = 'gatehouse:audited';

/**
 * Records the outcome of requests that were served: before the answer is sent, so that what was answered is in the
 * trail. Requests that were refused on the way are recorded by the exception filters through `Refusals`.
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly audit: AuditLog,
    private readonly reflector: Reflector,
  ) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const type = this.reflector.getAllAndOverride<EventType | undefined>(KEY, [
      execution.getHandler(),
      execution.getClass(),
    ]);
    if (!type) return next.handle();
    return next.handle().pipe(
      mergeMap((answer: unknown) => {
        const context = currentAudit();
        if (!context || context.lastEventId) return [answer];
        const totalMs = performance.now() - context.startedAt;
        return from(this.audit.decide({ type, totalMs })).pipe(map(() => answer));
      }),
    );
  }
}

/**
 * Every request this controller serves leaves an event of this type, unless the handler recorded its own. It goes before
 * the decorators of other interceptors, so that those are done when it records.
 */
export const Audited = (type: EventType) =>
  applyDecorators(SetMetadata(KEY, type), UseInterceptors(AuditInterceptor));
