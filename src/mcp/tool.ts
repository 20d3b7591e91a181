import type { ToolAnnotations } from '@modelcontextprotocol/server';
import type { z } from 'zod';

/** Who calls a tool, and how the tool learns that the call is over. */
export interface ToolCaller {
  /** Absent when a client acts for itself. */
  readonly userId?: string;
  readonly clientId: string;
  readonly grantId?: string;
  readonly sessionId?: string;
  readonly scopes: readonly string[];
  /** `sub` of the access token: the user, or the client when there is none. */
  readonly subject: string;
  /** When the access token expires, in seconds since the epoch. */
  readonly expiresAt: number;
  readonly correlationId: string;
  /** Aborted when the call times out, the client goes away or the caller's authorization ends. */
  readonly signal: AbortSignal;
  /** Tells the client how far the call is, if it asked for that. */
  readonly progress: (done: number, total?: number) => void;
}

/** An error whose message is meant for the caller. The message of any other error stays in the log. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

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
  /** Members of the input that the audit trail does not keep, not even sealed; at whatever depth they stand. */
  readonly redact?: readonly string[];
  /** Default 60 s. */
  readonly timeoutMs?: number;
}
