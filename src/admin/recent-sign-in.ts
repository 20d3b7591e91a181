import { SetMetadata } from '@nestjs/common';
import { accessChallenge } from '../oauth/index.js';
import { AdminProblem } from './admin-problem.js';
import type { Operator } from './admin-request.js';

const KEY = 'gatehouse:recent-sign-in';

/** What is dangerous asks a person for a recent sign-in. A client that acts for itself is held by its scopes. */
export const RequireRecentSignIn = (): MethodDecorator => SetMetadata(KEY, true);

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- the type Nest gives a handler
export const asksRecentSignIn = (handler: Function): boolean => Reflect.getMetadata(KEY, handler) === true;

/**
 * RFC 9470 §3.
 * @throws AdminProblem when the person's sign-in is longer ago than so many seconds
 */
export function checkRecentSignIn(
  { actor, authTime }: Operator,
  { maxAge, resourceMetadata }: { maxAge: number; resourceMetadata: string },
): void {
  if (actor.type !== 'admin') return;
  if (authTime !== undefined && Date.now() / 1_000 - authTime <= maxAge) return;
  throw new AdminProblem('insufficient_user_authentication', {
    detail: 'This asks for a sign-in that is not long ago: authorize again with the max_age of the challenge',
    headers: {
      'WWW-Authenticate': accessChallenge({
        error: 'insufficient_user_authentication',
        description: 'A more recent sign-in is required',
        resourceMetadata,
        maxAge,
      }),
    },
  });
}
