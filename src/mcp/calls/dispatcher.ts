import { ProtocolError, type InputRequiredResult } from '@modelcontextprotocol/server';
import { Injectable } from '@nestjs/common';
import { currentAudit } from '../../audit/index.js';
import type { ClientLog, McpCall, ReportProgress, ToolCaller } from '../authoring/caller.js';
import type { Invoke, Item } from '../items/item.js';
import { RpcCode } from '../mcp-refusal.js';
import type { Bearer } from '../policy/bearer.js';
import { Decider } from '../policy/decider.js';
import type { Ruling } from '../policy/record.js';
import { refusedBy } from '../policy/refused.js';
import { argumentProblems } from './argument-problems.js';
import { Attempt, type Ran } from './attempt.js';
import { CallAudit, type Asked } from './call-audit.js';
import type { Talk } from './conversations.js';
import type { Ending } from './ending.js';
import { RunningCalls } from './running-calls.js';
import type { Serving } from './serving.js';
import type { ArgumentSchema } from './shown-arguments.js';

export interface ItemCall<I extends Item> extends Bearer {
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
  /** Each of which ends the call: that of the exchange, and where a client takes a request back, that. */
  readonly endings: readonly Ending[];
  readonly progress: ReportProgress;
  readonly log: ClientLog;
  readonly talk: Talk;
}

/**
 * Every call, by whatever path it came, is decided here and nowhere else: found, held against everything
 * that is asked of its callers, recorded, and only then run.
 */
@Injectable()
export class Dispatcher {
  constructor(
    private readonly decider: Decider,
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
    const counting = serving.kind === 'completion' ? 'ignore' : 'count';
    const ruling = item && (await this.decider.rule(item, call, counting));
    const asked: Asked = {
      kind: serving.kind,
      requested,
      args,
      token,
      ...(item && { item }),
      ...(ruling && { ruling }),
      ...(schema && { schema }),
    };
    const decisionId = await this.audit.decision(asked);
    if (!item || !ruling) throw serving.unknown(requested, decisionId);
    expectAllowed(ruling, decisionId);
    const started = performance.now();
    const ran = await this.attempt(serving, { ...item, timeoutMs: ruling.policy.timeoutMs }, call);
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
      endings: call.endings,
      ask: call.talk.inputRequired,
      work: (over) => {
        const caller = callerOf(call, over);
        return invoke(parsed.data, caller, mcpCallOf(serving, call, caller));
      },
    });
  }
}

/** @throws ProtocolError that says what would help */
function expectAllowed({ decision: { failures } }: Ruling, decisionId: string): void {
  const [failure] = failures;
  if (!failure) return;
  const { message, data } = refusedBy(failure);
  throw new ProtocolError(RpcCode.Refused, message, { ...data, decision_id: decisionId });
}

function callerOf<I extends Item>({ token, progress }: ItemCall<I>, over: Ending): ToolCaller {
  return {
    ...(token.userId && { userId: token.userId }),
    clientId: token.clientId,
    ...(token.grantId && { grantId: token.grantId }),
    ...(token.sessionId && { sessionId: token.sessionId }),
    scopes: token.scopes,
    subject: token.subject,
    expiresAt: token.expiresAt,
    correlationId: currentAudit()?.correlationId ?? '',
    get signal() {
      return over.signal;
    },
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
