import { SetMetadata } from '@nestjs/common';
import type { z } from 'zod';
import type { ToolCaller, ToolOptions } from './tool.js';

export const TOOL = 'gatehouse:tool';
export const REQUIRED_SCOPES = 'gatehouse:tool-scopes';

type ToolMethod<Input extends z.ZodObject> = (input: z.output<Input>, caller: ToolCaller) => unknown;

/**
 * Makes a provider's method a tool. It is called with the validated input and the caller, and may return text, a value
 * (sent as JSON), or MCP content blocks as `{ content: [...] }`. It must say its scopes by `@RequireScopes`.
 */
export function Tool<Input extends z.ZodObject>(options: ToolOptions<Input>) {
  return <Method extends ToolMethod<Input>>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    SetMetadata(TOOL, options)(target, key, descriptor);
  };
}

/** All of these scopes, or ones that include them, are needed to call the tool. */
export const RequireScopes = (...scopes: [string, ...string[]]): MethodDecorator =>
  SetMetadata(REQUIRED_SCOPES, scopes);
