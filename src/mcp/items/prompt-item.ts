import type { Prompt } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { PromptOptions } from '../authoring/prompt.js';
import { commonOf, type FoundMethod, type Item } from './item.js';

export interface RegisteredPrompt extends Item {
  readonly kind: 'prompt';
  /** The entry in `prompts/list`. */
  readonly listing: Prompt;
}

export function promptOf(found: FoundMethod, options: PromptOptions): RegisteredPrompt {
  const { name, title, description, input } = options;
  const args = Object.entries(input.shape as Record<string, z.ZodType>).map(([argument, schema]) => ({
    name: argument,
    ...(schema.description !== undefined && { description: schema.description }),
    required: !schema.safeParse(undefined).success,
  }));
  return {
    kind: 'prompt',
    name,
    title,
    ...commonOf(found, 'read', options.timeoutMs),
    input,
    listing: { name, title, description, arguments: args },
  };
}
