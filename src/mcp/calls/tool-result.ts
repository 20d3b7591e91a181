import { isCallToolResult, ProtocolError, type CallToolResult } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { RegisteredTool } from '../items/tool-item.js';
import { RpcCode } from '../mcp-refusal.js';
import { measured, stringify, UnusableResult, type Serving } from './serving.js';

export const TOOLS: Serving<RegisteredTool, CallToolResult> = {
  kind: 'tool',
  resultOf: (tool, returned) =>
    measured(tool.output ? structured(tool.output, returned) : contentOf(returned)),
  isError: ({ isError }) => isError === true,
  failed: (text) => ({ isError: true, content: [{ type: 'text', text }] }),
  unknown: (_name, decisionId) =>
    new ProtocolError(RpcCode.InvalidParams, 'Unknown tool', { decision_id: decisionId }),
};

function structured(schema: z.ZodObject, returned: unknown): CallToolResult {
  const parsed = schema.safeParse(returned);
  if (!parsed.success) throw new UnusableResult('invalid_result', { cause: parsed.error });
  return { content: [{ type: 'text', text: stringify(parsed.data) }], structuredContent: parsed.data };
}

function contentOf(returned: unknown): CallToolResult {
  if (typeof returned === 'object' && returned !== null && 'content' in returned) {
    if (!isCallToolResult(returned)) throw new UnusableResult('invalid_result');
    return returned;
  }
  const text =
    typeof returned === 'string' ? returned : returned === undefined ? 'Done' : stringify(returned);
  return { content: [{ type: 'text', text }] };
}
