import type { ToolAnnotations } from '@modelcontextprotocol/server';
import type { z } from 'zod';

export interface ToolOptions<Input extends z.ZodObject = z.ZodObject> {
  /** Letters, digits, `_`, `-` and `.`; unique in the server. */
  readonly name: string;
  /** For people: consent pages and tool lists show it. */
  readonly title: string;
  /** For the model. */
  readonly description: string;
  readonly input: Input;
  /** When given, what the method returns is checked against it and sent as structured content. */
  readonly output?: z.ZodObject;
  /** Without `readOnlyHint`, a tool counts as destructive unless `destructiveHint` is `false`. */
  readonly annotations: ToolAnnotations;
  /** Default 60 s. */
  readonly timeoutMs?: number;
  /** What a client may find in the list beside the rest, under names of its vendor. */
  readonly meta?: Readonly<Record<string, unknown>>;
}
