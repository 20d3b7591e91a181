import { ProtocolError, type InputRequiredResult } from '@modelcontextprotocol/server';
import { HttpException, Injectable, Logger } from '@nestjs/common';
import { currentAudit, type Outcome } from '../../audit/index.js';
import { InputNeeded } from '../authoring/elicitation.js';
import { ToolError } from '../authoring/caller.js';
import { RpcCode } from '../mcp-refusal.js';
import type { Item } from '../items/item.js';
import { Ending } from './ending.js';
import { CallAborted, type AbortReason } from './running-calls.js';
import { abortText, UnusableResult, type Serving } from './serving.js';

/** How a run ended. */
export interface Ran<R> {
  readonly outcome: Outcome;
  readonly isError: boolean;
  readonly bytes?: number;
  /** The result to answer with. @throws ProtocolError where the answer is an error of the protocol */
  readonly answer: () => R | InputRequiredResult;
}

export interface Running<I extends Item, R> {
  readonly serving: Serving<I, R>;
  readonly item: I;
  /** Each of which ends the run. */
  readonly endings: readonly Ending[];
  /** Is given what ends with the call or with the time it has. */
  readonly work: (over: Ending) => unknown;
  readonly ask: (needed: InputNeeded) => InputRequiredResult;
}

/** Runs a method once, and makes of whatever comes of it something that may leave the house. */
@Injectable()
export class Attempt {
  private readonly logger = new Logger(Attempt.name);

  async run<I extends Item, R>(running: Running<I, R>): Promise<Ran<R>> {
    const { serving, item, endings, work } = running;
    const over = new Ending();
    const timer = setTimeout(() => over.end(new CallAborted('timed_out')), item.timeoutMs);
    const leave = endings.map((ending) => ending.onEnd(() => over.end(ending.reason)));
    try {
      const returned = await untilOver(over, work);
      const { result, bytes } = serving.resultOf(item, returned);
      const isError = serving.isError(result);
      return { outcome: isError ? TOOL_ERROR : { result: 'allowed' }, isError, bytes, answer: () => result };
    } catch (error) {
      if (over.isOver) return aborted(serving, over.reason);
      return this.failed(running, error);
    } finally {
      clearTimeout(timer);
      for (const stop of leave) stop();
    }
  }

  private failed<I extends Item, R>({ serving, item, ask }: Running<I, R>, error: unknown): Ran<R> {
    if (error instanceof InputNeeded) {
      const outcome = { result: 'allowed', reason: 'input_required' } as const;
      return { outcome, isError: false, answer: () => ask(error) };
    }
    const told = toldBy(error);
    if (told)
      return { outcome: told.outcome, isError: true, answer: () => serving.failed(told.text, told.outcome) };
    const correlationId = currentAudit()?.correlationId;
    this.logger.error({ [serving.kind]: item.name, correlationId, err: error }, `a ${serving.kind} failed`);
    const reason = error instanceof UnusableResult ? error.reason : `${serving.kind}_failed`;
    const text =
      reason === 'result_too_large' ? 'The result is too large to send' : `The ${serving.kind} failed`;
    return {
      outcome: { result: 'error', reason },
      isError: true,
      answer: () => serving.failed(`${text}. Reference: ${correlationId ?? 'none'}`),
    };
  }
}

const TOOL_ERROR = { result: 'error', reason: 'tool_error' } as const;

/** Errors whose message is meant for the caller: the method's own, and what guards and pipes of Nest throw. */
function toldBy(error: unknown): { outcome: Outcome; text: string } | undefined {
  if (error instanceof ToolError) return { outcome: TOOL_ERROR, text: error.message };
  if (!(error instanceof HttpException) || error.getStatus() >= 500) return undefined;
  const status = error.getStatus();
  if (status === 401 || status === 403)
    return { outcome: { result: 'denied', reason: 'refused_by_guard' }, text: error.message };
  const reason = status === 400 ? 'invalid_arguments' : 'tool_error';
  return { outcome: { result: status === 429 ? 'throttled' : 'error', reason }, text: error.message };
}

/** Runs the work, but does not wait for work that does not heed that it is over. */
async function untilOver(over: Ending, work: (over: Ending) => unknown): Promise<unknown> {
  if (over.isOver) throw over.reason;
  let stop: (() => void) | undefined;
  const end = new Promise<never>((_, reject) => {
    stop = over.onEnd(() => reject(new Error('The call is over')));
  });
  try {
    return await Promise.race([Promise.resolve().then(() => work(over)), end]);
  } finally {
    stop?.();
  }
}

function aborted<I extends Item, R>(serving: Serving<I, R>, cause: unknown): Ran<R> {
  const reason: AbortReason = cause instanceof CallAborted ? cause.reason : 'aborted_by_client';
  const text = abortText(reason);
  const answer = (): R => {
    if (reason === 'timed_out') return serving.failed(text);
    throw new ProtocolError(RpcCode.Refused, text);
  };
  return { outcome: { result: 'aborted', reason }, isError: true, answer };
}
