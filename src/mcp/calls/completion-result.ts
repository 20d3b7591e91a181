import { ProtocolError, type CompleteResult } from '@modelcontextprotocol/server';
import type { Item } from '../items/item.js';
import { RpcCode } from '../mcp-refusal.js';
import { measured, UnusableResult, type Serving } from './serving.js';

/** MCP: an answer has at most that many values. */
const MAX_VALUES = 100;

export const COMPLETIONS: Serving<Item, CompleteResult> = {
  kind: 'completion',
  resultOf: (_item, returned) => {
    const found: unknown = returned ?? [];
    if (!Array.isArray(found) || !found.every((value) => typeof value === 'string'))
      throw new UnusableResult('invalid_result');
    const values = found.slice(0, MAX_VALUES);
    return measured({
      completion: { values, total: found.length, hasMore: found.length > values.length },
    });
  },
  isError: () => false,
  failed: (text) => {
    throw new ProtocolError(RpcCode.InvalidParams, text);
  },
  unknown: (_name, decisionId) =>
    new ProtocolError(RpcCode.InvalidParams, 'Nothing of that name has arguments to complete', {
      decision_id: decisionId,
    }),
};
