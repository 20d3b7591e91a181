import { ProtocolError, type InputRequiredResult } from '@modelcontextprotocol/server';
import { Injectable } from '@nestjs/common';
import { currentAudit } from '../../audit/index.js';
import type { VerifiedToken } from '../../oauth/index.js';
import type { ClientLog, McpCall, ReportProgress, ToolCaller } from '../authoring/caller.js';
import type { Invoke, Item } from '../items/item.js';
import { McpRegistry } from '../items/mcp-registry.js';
import { RpcCode } from '../mcp-refusal.js';
import { argumentProblems } from './argument-problems.js';
import { Attempt, type Ran } from './attempt.js';
import { CallAudit, type Asked } from './call-audit.js';
import type { Talk } from './conversations.js';
import { RunningCalls } from './running-calls.js';
import type { Serving } from './serving.js';
import type { ArgumentSchema } from './shown-arguments.js';

export interface ItemCall<I extends Item> {
  /** Absent when there is nothing of the name. */
  readonly item?: I;
  /** The name or URI as it was asked for. */
  readonly requested: string;
  readonly args: unknown;
  readonly schema?: ArgumentSchema;
  /** Instead of checking `args` against the item's schema. */
  readonly input?: unknown;
  /** Instead of the item's own method. */
  readonly invoke?: Invoke;
  readonly token: VerifiedToken;
  /** Ends with the exchange: by revocation or at shutdown. */
  readonly ended: AbortSignal;
  /** Ends when the client goes away. */
  readonly abandoned: AbortSignal;
  readonly progress: ReportProgress;
  readonly log: ClientLog;
  readonly talk: Talk;
}

/**
 * Every call, by whatever path it came, is decided here and nowhere else: found, checked against the caller's scopes,
 * recorded, and only then run.
 */
@Injectable()
export class Dispatcher {
  constructor(
    private readonly registry: McpRegistry,
    private readonly audit: CallAudit,
    private readonly running: RunningCalls,
    private readonly attempts: Attempt,
  ) {}

  call<I extends Item, R>(serving: Serving<I, R>, call: ItemCall<I>): Promise<R | InputRequiredResult> {
    return this.running.track(this.decide(serving, call));
  }

  private async decide<I extends Item, R>(
    serving: Serving<I, R>,
    call: ItemCall<I>,
  ): Promise<R | InputRequiredResult> {
    const { item, requested, args, schema, token } = call;
    const missing = item ? this.registry.missingScopes(item, token.scopes) : [];
    const asked: Asked = {
      kind: serving.kind,
      requested,
      args,
      token,
      missing,
      ...(item && { item }),
      ...(schema && { schema }),
    };
    const decisionId = await this.audit.decision(asked);
    if (!item) throw serving.unknown(requested, decisionId);
    if (missing.length > 0) {
      const data = { decision_id: decisionId, required_scopes: item.scopes };
      throw new ProtocolError(RpcCode.Refused, 'Insufficient scope', data);
    }
    const started = performance.now();
    const ran = await this.attempt(serving, item, call);
    await this.audit.outcome(
      { ...asked, item },
      {
        outcome: ran.outcome,
        decisionId,
        totalMs: performance.now() - started,
        isError: ran.isError,
        ...(ran.bytes !== undefined && { resultBytes: ran.bytes }),
      },
    );
    return ran.answer();
  }

  private async attempt<I extends Item, R>(
    serving: Serving<I, R>,
    item: I,
    call: ItemCall<I>,
  ): Promise<Ran<R>> {
    const parsed = 'input' in call ? { data: call.input } : item.input.safeParse(call.args ?? {});
    if ('error' in parsed && parsed.error) {
      const text = argumentProblems(parsed.error);
      const outcome = { result: 'error', reason: 'invalid_arguments' } as const;
      return { outcome, isError: true, answer: () => serving.failed(text) };
    }
    const invoke = call.invoke ?? item.invoke;
    return this.attempts.run({
      serving,
      item,
      signal: AbortSignal.any([call.ended, call.abandoned]),
      ask: call.talk.inputRequired,
      work: (signal) => {
        const caller = callerOf(call, signal);
        return invoke(parsed.data, caller, mcpCallOf(serving, call, caller));
      },
    });
  }
}

function callerOf<I extends Item>({ token, progress }: ItemCall<I>, signal: AbortSignal): ToolCaller {
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

function mcpCallOf<I extends Item, R>(
  { kind }: Serving<I, R>,
  { requested, log, talk }: ItemCall<I>,
  caller: ToolCaller,
): McpCall {
  return { caller, elicit: talk.conversation, log, kind, name: requested };
}
