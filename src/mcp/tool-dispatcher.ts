import { inspect } from 'node:util';
import { ProtocolError, type CallToolResult } from '@modelcontextprotocol/server';
import { Injectable, Logger } from '@nestjs/common';
import { currentAudit, type Outcome } from '../audit/index.js';
import type { VerifiedToken } from '../oauth/index.js';
import { RpcCode } from './mcp-refusal.js';
import { CallAborted, RunningCalls, type AbortReason } from './running-calls.js';
import { ToolAudit } from './tool-audit.js';
import { argumentProblems, errorResult, resultOf, UnusableResult } from './tool-result.js';
import type { RegisteredTool } from './tool-declaration.js';
import { ToolRegistry } from './tool-registry.js';
import { ToolError, type ToolCaller } from './tool.js';

export interface ToolCall {
  readonly name: string;
  readonly args: unknown;
  readonly token: VerifiedToken;
  /** Ends with the exchange: by revocation or at shutdown. */
  readonly ended: AbortSignal;
  /** Ends when the client goes away. */
  readonly abandoned: AbortSignal;
  readonly progress: ToolCaller['progress'];
}

/** How a run ended; `throws` is answered as a protocol error instead of a result. */
interface Ran {
  readonly outcome: Outcome;
  readonly result: CallToolResult;
  readonly bytes?: number;
  readonly throws?: ProtocolError;
}

/**
 * Every tool call, by whatever path it came, is decided here and nowhere else: found, checked against the caller's
 * scopes, recorded, and only then run.
 */
@Injectable()
export class ToolDispatcher {
  private readonly logger = new Logger(ToolDispatcher.name);

  constructor(
    private readonly registry: ToolRegistry,
    private readonly audit: ToolAudit,
    private readonly running: RunningCalls,
  ) {}

  call(call: ToolCall): Promise<CallToolResult> {
    return this.running.track(this.decide(call));
  }

  private async decide(call: ToolCall): Promise<CallToolResult> {
    const { name, args, token } = call;
    const tool = this.registry.find(name);
    const missing = tool ? this.registry.missingScopes(tool, token.scopes) : [];
    const decisionId = await this.audit.decision({
      requested: name,
      args,
      token,
      missing,
      ...(tool && { tool }),
    });
    if (!tool) throw new ProtocolError(RpcCode.InvalidParams, 'Unknown tool', { decision_id: decisionId });
    if (missing.length > 0) {
      const data = { decision_id: decisionId, required_scopes: tool.scopes };
      throw new ProtocolError(RpcCode.Refused, 'Insufficient scope', data);
    }
    return this.run(tool, call, decisionId);
  }

  private async run(tool: RegisteredTool, call: ToolCall, decisionId: string): Promise<CallToolResult> {
    const started = performance.now();
    const { outcome, result, bytes, throws } = await this.attempt(tool, call);
    await this.audit.outcome(tool, call.token, {
      outcome,
      decisionId,
      totalMs: performance.now() - started,
      isError: result.isError === true,
      ...(bytes !== undefined && { resultBytes: bytes }),
    });
    if (throws) throw throws;
    return result;
  }

  private async attempt(tool: RegisteredTool, call: ToolCall): Promise<Ran> {
    const input = tool.input.safeParse(call.args ?? {});
    if (!input.success) {
      return {
        outcome: { result: 'error', reason: 'invalid_arguments' },
        result: errorResult(argumentProblems(input.error)),
      };
    }
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new CallAborted('timed_out')), tool.timeoutMs);
    const signal = AbortSignal.any([call.ended, call.abandoned, limit.signal]);
    try {
      const returned = await untilAborted(signal, () => tool.invoke(input.data, callerOf(call, signal)));
      const { result, bytes } = resultOf(tool, returned);
      const failed: Outcome = { result: 'error', reason: 'tool_error' };
      return { outcome: result.isError ? failed : { result: 'allowed' }, result, bytes };
    } catch (error) {
      return signal.aborted ? aborted(signal.reason) : this.failed(tool, error);
    } finally {
      clearTimeout(timer);
    }
  }

  private failed(tool: RegisteredTool, error: unknown): Ran {
    if (error instanceof ToolError) {
      return { outcome: { result: 'error', reason: 'tool_error' }, result: errorResult(error.message) };
    }
    const correlationId = currentAudit()?.correlationId;
    this.logger.error(
      { tool: tool.name, correlationId, error: inspect(error, { depth: 3 }) },
      'a tool failed',
    );
    const reason = error instanceof UnusableResult ? error.reason : 'tool_failed';
    const text = reason === 'result_too_large' ? 'The result is too large to send' : 'The tool failed';
    return {
      outcome: { result: 'error', reason },
      result: errorResult(`${text}. Reference: ${correlationId ?? 'none'}`),
    };
  }
}

/** Runs the work, but does not wait for work that does not heed the signal. */
async function untilAborted(signal: AbortSignal, work: () => unknown): Promise<unknown> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const abort = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([Promise.resolve().then(work), abort]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

function aborted(cause: unknown): Ran {
  const reason: AbortReason = cause instanceof CallAborted ? cause.reason : 'aborted_by_client';
  const ran = { outcome: { result: 'aborted', reason } as const, result: errorResult(ABORT_TEXTS[reason]) };
  return reason === 'timed_out'
    ? ran
    : { ...ran, throws: new ProtocolError(RpcCode.Refused, ABORT_TEXTS[reason]) };
}

const ABORT_TEXTS: Readonly<Record<AbortReason, string>> = {
  aborted_by_revocation: 'The authorization for this call has ended',
  aborted_by_client: 'The client went away',
  aborted_by_shutdown: 'The server is shutting down',
  timed_out: 'The tool did not finish in time',
};

function callerOf({ token, progress }: ToolCall, signal: AbortSignal): ToolCaller {
  return {
    ...(token.userId && { userId: token.userId }),
    clientId: token.clientId,
    ...(token.grantId && { grantId: token.grantId }),
    ...(token.sessionId && { sessionId: token.sessionId }),
    scopes: token.scopes,
    subject: token.subject,
    expiresAt: token.expiresAt,
    correlationId: currentAudit()?.correlationId ?? '',
    signal,
    progress,
  };
}
