import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { AdminProblem } from './admin-problem.js';

/** Bodies are JSON: a form or a text would reach the validation as something its author did not mean. */
@Injectable()
export class JsonBodyGuard implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    const req = execution.switchToHttp().getRequest<Request>();
    const hasBody =
      req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
    if (hasBody && !req.is('application/json')) {
      throw new AdminProblem('unsupported_media_type', { detail: 'Content-Type must be application/json' });
    }
    return true;
  }
}
