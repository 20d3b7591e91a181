import { SetMetadata } from '@nestjs/common';
import type { z } from 'zod';
import { DECLARED, type Declared, type Kind, type OptionsOf } from './declared.js';
import type { CompletionInput, CompletionOptions, PromptOptions } from './prompt.js';
import type { ResourceOptions, ResourceTemplateOptions } from './resource.js';
import type { ToolOptions } from './tool.js';

/** Its first parameter is the validated input; the others are told by their decorators, or the second is the caller. */
type MethodOf<Input> = (input: Input, ...rest: never[]) => unknown;
type MethodDecoratorOf<Input> = <Method extends MethodOf<Input>>(
  target: object,
  key: string,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

function declare<K extends Kind>(kind: K, options: OptionsOf[K]) {
  return SetMetadata(DECLARED, { kind, options } as Declared);
}

/**
 * Makes a provider's method a tool. It may return text, a value (sent as JSON), or MCP content blocks as
 * `{ content: [...] }`. It must say by `@RequireScopes` who may call it, or by `@PublicTool` that everybody may.
 */
export const Tool = <Input extends z.ZodObject>(
  options: ToolOptions<Input>,
): MethodDecoratorOf<z.output<Input>> => declare('tool', options);

/** Makes a provider's method a resource. */
export const Resource = (options: ResourceOptions): MethodDecoratorOf<Record<string, never>> =>
  declare('resource', options);

/** Makes a provider's method serve all resources whose URI matches a template. */
export const ResourceTemplate = <Input extends z.ZodObject>(
  options: ResourceTemplateOptions<Input>,
): MethodDecoratorOf<z.output<Input>> => declare('template', options);

/** Makes a provider's method a prompt. */
export const Prompt = <Input extends z.ZodObject>(
  options: PromptOptions<Input>,
): MethodDecoratorOf<z.output<Input>> => declare('prompt', options);

/** Makes a provider's method suggest values: it returns texts, the best first. */
export const Completion = (options: CompletionOptions): MethodDecoratorOf<CompletionInput> =>
  declare('completion', options);
