import { Injectable } from '@nestjs/common';
import { OutboundRefused } from '../../outbound/index.js';
import { CannotOpen } from '../../sealing/index.js';
import type { SealedEvent } from '../proof/index.js';
import type { AuditStream } from './audit-stream.entity.js';
import type { StreamKind } from './stream-settings.js';
import { HttpSink } from './sinks/http.sink.js';
import { OtlpSink } from './sinks/otlp.sink.js';
import { SinkFailed, type StreamSink } from './sinks/stream-sink.js';
import { SyslogSink } from './sinks/syslog.sink.js';
import { StreamSecrets } from './stream-secrets.js';

export const STREAM_KINDS = ['http', 'syslog', 'otlp'] as const satisfies readonly StreamKind[];

/** Hands events to the collector of a stream. */
@Injectable()
export class StreamSinks {
  private readonly sinks: ReadonlyMap<StreamKind, StreamSink>;

  constructor(
    private readonly secrets: StreamSecrets,
    http: HttpSink,
    syslog: SyslogSink,
    otlp: OtlpSink,
  ) {
    this.sinks = new Map<StreamKind, StreamSink>([http, syslog, otlp].map((sink) => [sink.kind, sink]));
  }

  of(kind: StreamKind): StreamSink {
    return this.sinks.get(kind)!;
  }

  /** `undefined`: it was taken; otherwise why not, as a snake_case code. */
  async deliver(stream: Readonly<AuditStream>, events: readonly SealedEvent[]): Promise<string | undefined> {
    try {
      const secret = this.secrets.open(stream.id, stream.secret);
      const { settings, format } = stream;
      await this.of(stream.kind).deliver({ settings, secret, format }, events);
      return undefined;
    } catch (error) {
      if (error instanceof SinkFailed || error instanceof OutboundRefused) return error.reason;
      if (error instanceof CannotOpen) return 'secret_cannot_be_opened';
      throw error;
    }
  }
}
