import { isSpecType, ProtocolError, type GetPromptResult } from '@modelcontextprotocol/server';
import type { RegisteredPrompt } from '../items/prompt-item.js';
import { RpcCode } from '../mcp-refusal.js';
import { measured, UnusableResult, type Serving } from './serving.js';

export const PROMPTS: Serving<RegisteredPrompt, GetPromptResult> = {
  kind: 'prompt',
  resultOf: ({ listing }, returned) =>
    measured({ description: listing.description, ...messagesOf(returned) }),
  isError: () => false,
  failed: (text) => {
    throw new ProtocolError(RpcCode.InvalidParams, text);
  },
  unknown: (_name, decisionId) =>
    new ProtocolError(RpcCode.InvalidParams, 'Unknown prompt', { decision_id: decisionId }),
};

function messagesOf(returned: unknown): GetPromptResult {
  if (typeof returned === 'string')
    return { messages: [{ role: 'user', content: { type: 'text', text: returned } }] };
  const result = Array.isArray(returned) ? { messages: returned } : returned;
  if (!isSpecType.GetPromptResult(result)) throw new UnusableResult('invalid_result');
  return result;
}
