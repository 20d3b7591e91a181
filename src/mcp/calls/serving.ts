import type { Outcome } from '../../audit/index.js';
import type { CallAborted, AbortReason } from './running-calls.js';
import type { Item } from '../items/item.js';

export interface Result<R> {
  readonly result: R;
  readonly bytes: number;
}

/** How the dispatcher answers for one kind of item. */
export interface Serving<I extends Item, R> {
  readonly kind: 'tool' | 'resource' | 'prompt' | 'completion';
  /** Turns what the method returned into a result of bounded size. @throws UnusableResult */
  resultOf(item: I, returned: unknown): Result<R>;
  /** Whether the method itself says that it failed. */
  isError(result: R): boolean;
  /** What the caller is told of a failure: a result, or, by throwing it, a ProtocolError. `outcome` is what the trail has. */
  failed(text: string, outcome?: Outcome): R;
  /** Of something that there is not. */
  unknown(requested: string, decisionId: string): Error;
}

const MAX_RESULT_BYTES = 1024 * 1024;

/** The method returned something that cannot be sent. A fault of the method, so only the reason is kept. */
export class UnusableResult extends Error {
  override readonly name = 'UnusableResult';

  constructor(
    readonly reason: 'result_too_large' | 'invalid_result',
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/** @throws UnusableResult when it is larger than may be sent */
export function measured<R>(result: R): Result<R> {
  const bytes = Buffer.byteLength(stringify(result));
  if (bytes > MAX_RESULT_BYTES) throw new UnusableResult('result_too_large');
  return { result, bytes };
}

export function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new UnusableResult('invalid_result', { cause: error });
  }
}

export function abortText(reason: CallAborted['reason']): string {
  return ABORT_TEXTS[reason];
}

const ABORT_TEXTS: Readonly<Record<AbortReason, string>> = {
  aborted_by_revocation: 'The authorization for this call has ended',
  aborted_by_expiry: 'The access token has expired',
  aborted_by_client: 'The client went away',
  aborted_by_shutdown: 'The server is shutting down',
  timed_out: 'It did not finish in time',
};
