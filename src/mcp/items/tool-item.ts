import type { Tool as ToolListing } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Risk } from '../authoring/declared.js';
import type { ToolOptions } from '../authoring/tool.js';
import { commonOf, type FoundMethod, type Item } from './item.js';

export interface RegisteredTool extends Item {
  readonly kind: 'tool';
  readonly output?: z.ZodObject;
  /** The entry in `tools/list`. */
  readonly listing: ToolListing;
}

/** Prepares a tool without problems. */
export function toolOf(found: FoundMethod, options: ToolOptions): RegisteredTool {
  const { name, title, input, output, annotations, meta } = options;
  return {
    kind: 'tool',
    name,
    title,
    ...commonOf(found, riskOf(annotations), options.timeoutMs),
    input,
    ...(output && { output }),
    listing: {
      name,
      title,
      description: options.description,
      inputSchema: z.toJSONSchema(input, { io: 'input' }) as ToolListing['inputSchema'],
      ...(output && { outputSchema: z.toJSONSchema(output, { io: 'output' }) }),
      annotations: { title, ...annotations },
      ...(meta && { _meta: meta }),
    },
  };
}

/** MCP: what is not read-only is destructive unless it says otherwise. */
function riskOf({ readOnlyHint, destructiveHint }: ToolOptions['annotations']): Risk {
  if (readOnlyHint) return 'read';
  return destructiveHint === false ? 'change' : 'destructive';
}
