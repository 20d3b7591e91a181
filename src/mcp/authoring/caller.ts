import type { LoggingLevel } from '@modelcontextprotocol/server';
import type { Elicitation } from './elicitation.js';

/** Who calls, and how the method learns that the call is over. */
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
  readonly progress: ReportProgress;
}

export type ReportProgress = (done: number, total?: number, message?: string) => void;

/** Sends a line to the client's own log, if it asked for lines of that level; never into the server's. */
export type ClientLog = (level: LoggingLevel, data: unknown, logger?: string) => void;

/** One call of a declared method, as guards, interceptors and parameter decorators see it. */
export interface McpCall {
  readonly caller: ToolCaller;
  readonly elicit: Elicitation;
  readonly log: ClientLog;
  /** `tool`, `resource`, `template`, `prompt` or `completion`. */
  readonly kind: string;
  /** Name of the tool or prompt; URI of the resource. */
  readonly name: string;
}

/** An error whose message is meant for the caller. The message of any other error stays in the log. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
