import type { INestApplicationContext } from '@nestjs/common';
import { DirectCalls } from '../mcp/index.js';
import { UsersService } from '../users/index.js';

/** For whom a tool is called. */
export interface CallAs {
  /** Id or e-mail address of a person the application knows; without it a client acts for itself. */
  readonly as?: string;
  /** What the person allowed the client. */
  readonly scopes: readonly string[];
  /** Default `test`. */
  readonly clientId?: string;
  /** How the person signed in, for tools with `@StepUp`; without it just now, at no level. */
  readonly signIn?: { readonly acr?: string; readonly secondsAgo?: number };
  /** What is answered to questions of the tool, by their keys: `{ sure: { action: 'accept', content: { yes: true } } }`. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

export type ToolResult = Awaited<ReturnType<DirectCalls['call']>>;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Calls a tool as a client would, but without HTTP: decided by scopes, through guards and pipes, with its records in the
 * audit trail. What the tool says is wrong (`ToolError`, arguments) is a result with `isError`.
 *
 * @throws ToolRefused when the caller may not: no such tool, a scope, role or sign-in missing, refused by a policy or
 *   a guard, too many calls
 * @throws UnansweredQuestions when the tool asks something that `answers` does not answer
 * @throws Error when nobody is called `as`
 */
export async function callTool(
  app: INestApplicationContext,
  name: string,
  input: unknown,
  { as, scopes, clientId = 'test', signIn, answers }: CallAs,
): Promise<ToolResult> {
  const userId = as === undefined ? undefined : await idOf(app, as);
  return app.get(DirectCalls, { strict: false }).call(name, input, {
    clientId,
    scopes,
    ...(userId !== undefined && { userId }),
    ...(signIn && { signIn }),
    ...(answers && { answers }),
  });
}

async function idOf(app: INestApplicationContext, person: string): Promise<string> {
  const users = app.get(UsersService, { strict: false });
  const found = UUID.test(person) ? await users.find(person) : await users.findByEmail(person);
  if (!found) throw new Error(`Nobody is called ${person} here`);
  return found.id;
}
