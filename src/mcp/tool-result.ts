import { isCallToolResult, type CallToolResult } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { RegisteredTool } from './tool-declaration.js';

const MAX_RESULT_BYTES = 1024 * 1024;
const MAX_ISSUES = 5;
const MAX_ISSUE_TEXT = 200;

export interface Result {
  readonly result: CallToolResult;
  readonly bytes: number;
}

/** The tool returned something that cannot be sent. A fault of the tool, so only the reason is kept. */
export class UnusableResult extends Error {
  override readonly name = 'UnusableResult';

  constructor(
    readonly reason: 'result_too_large' | 'invalid_result',
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/** Turns what the method returned into a result of bounded size. */
export function resultOf(tool: RegisteredTool, returned: unknown): Result {
  const result = tool.output ? structured(tool.output, returned) : contentOf(returned);
  const bytes = Buffer.byteLength(stringify(result));
  if (bytes > MAX_RESULT_BYTES) throw new UnusableResult('result_too_large');
  return { result, bytes };
}

export function errorResult(text: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text }] };
}

/** What is wrong with the arguments: which member and why, bounded because it names what the caller sent. */
export function argumentProblems(error: z.ZodError): string {
  const issues = error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => {
    const where = path.length > 0 ? `${path.map(String).join('.')}: ` : '';
    return `${where}${message}`.slice(0, MAX_ISSUE_TEXT);
  });
  const more = error.issues.length - issues.length;
  return `Invalid arguments: ${issues.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

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

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new UnusableResult('invalid_result', { cause: error });
  }
}
