import { createHash } from 'node:crypto';
import { ApiHeader } from '@nestjs/swagger';
import { AdminProblem } from './admin-problem.js';

export const TakesIfMatch = (): MethodDecorator =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description: '`ETag` of what was read; 412 when it has changed',
  });

/** RFC 9110 §8.8.3: a tag of what may not have changed meanwhile; use of a thing is no change. */
export const tagOf = (...state: readonly unknown[]): string =>
  `"${createHash('sha256').update(JSON.stringify(state)).digest('base64url').slice(0, 22)}"`;

/**
 * RFC 9110 §13.1.1. Honoured, never demanded.
 * @throws AdminProblem when it is not what was read
 */
export function checkTag(header: string | undefined, tag: string | undefined): void {
  if (header === undefined || header.trim() === '*') return;
  if (!header.split(',').some((one) => one.trim() === tag))
    throw new AdminProblem('precondition_failed', { detail: 'Read it again, and decide anew' });
}
