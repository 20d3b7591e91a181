import type { Tool as ToolListing } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Risk } from '../authoring/declared.js';
import type { ToolOptions } from '../authoring/tool.js';
import { commonOf, type FoundMethod, type Item } from './item.js';

export interface RegisteredTool extends Item {
  readonly kind: 'tool';
  readonly output?: z.ZodObject;
  /** The entry in `tools/list`. */
  readonly listing: ToolListing & { readonly securitySchemes: readonly SecurityScheme[] };
}

interface SecurityScheme {
  readonly type: 'oauth2';
  readonly scopes: readonly string[];
}

/** Prepares a tool without problems. */
export function toolOf(found: FoundMethod, options: ToolOptions): RegisteredTool {
  const { name, title, input, output, annotations, meta } = options;
  const common = commonOf(found, riskOf(annotations), options.timeoutMs);
  const securitySchemes = securitySchemesOf(common.scopes);
  return {
    kind: 'tool',
    name,
    title,
    ...common,
    input,
    ...(output && { output }),
    listing: {
      name,
      title,
      description: options.description,
      inputSchema: z.toJSONSchema(input, { io: 'input' }) as ToolListing['inputSchema'],
      ...(output && { outputSchema: z.toJSONSchema(output, { io: 'output' }) }),
      annotations: { title, ...annotations },
      _meta: { ...meta, securitySchemes },
      securitySchemes,
    },
  };
}

/**
 * What ChatGPT reads before it calls a tool (OpenAI Apps SDK: `securitySchemes`, mirrored in `_meta` for clients that
 * drop members they do not know). Never `noauth`: a public tool needs no scope, but a token all the same.
 */
function securitySchemesOf(scopes: readonly string[]): SecurityScheme[] {
  return [{ type: 'oauth2', scopes }];
}

/** MCP: what is not read-only is destructive unless it says otherwise. */
function riskOf({ readOnlyHint, destructiveHint }: ToolOptions['annotations']): Risk {
  if (readOnlyHint) return 'read';
  return destructiveHint === false ? 'change' : 'destructive';
}
