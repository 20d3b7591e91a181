import type { SealedEvent } from '../../proof/index.js';
import type { StreamKind, StreamSettings } from '../stream-settings.js';

export interface SinkTarget {
  readonly settings: StreamSettings;
  readonly secret: string | undefined;
  readonly format: string;
}

/** A kind of collector: one file per kind, and one list. */
export interface StreamSink {
  readonly kind: StreamKind;
  /** What is wrong with settings; `undefined` when they will do. */
  problemOf(settings: StreamSettings): { readonly field: string; readonly message: string } | undefined;
  /** In this order, all or none as far as can be told. @throws SinkFailed, OutboundRefused */
  deliver(target: SinkTarget, events: readonly SealedEvent[]): Promise<void>;
}

/** The collector did not take it. `reason` is a snake_case code. */
export class SinkFailed extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

export const TIMEOUT_MS = 10_000;
