import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { McpCall } from './caller.js';

/** The call a guard, an interceptor or a parameter decorator of a declared method stands before. */
export function mcpCallOf(context: ExecutionContext): McpCall {
  return context.getArgByIndex<McpCall>(2);
}

const part = (read: (context: ExecutionContext) => unknown) =>
  createParamDecorator((_data: unknown, context: ExecutionContext) => read(context));

/** The validated input. A first parameter without a decorator is the same. */
export const Input = part((context) => context.getArgByIndex(0));
/** `ToolCaller`: the person, the client, their grant, scopes and session, and the correlation id. */
export const Caller = part((context) => mcpCallOf(context).caller);
/** `ReportProgress`: tells the client how far the call is. */
export const Progress = part((context) => mcpCallOf(context).caller.progress);
/** `AbortSignal`: aborted when nobody waits for the answer any more, or may get it. */
export const Signal = part((context) => mcpCallOf(context).caller.signal);
/** `Elicitation`: asks the person or the model behind the client. */
export const Elicit = part((context) => mcpCallOf(context).elicit);
/** `ClientLog`: lines for the log of the client. */
export const Log = part((context) => mcpCallOf(context).log);
