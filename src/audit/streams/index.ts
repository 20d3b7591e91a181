import { AuditStream } from './audit-stream.entity.js';
import { AuditStreams } from './audit-streams.js';
import { DeadLetter } from './dead-letter.entity.js';
import { HttpSink } from './sinks/http.sink.js';
import { OtlpSink } from './sinks/otlp.sink.js';
import { SyslogSink } from './sinks/syslog.sink.js';
import { StreamDelivery } from './stream-delivery.js';
import { StreamResealing } from './stream-resealing.js';
import { StreamSecrets } from './stream-secrets.js';
import { StreamSinks } from './stream-sinks.js';
import { StreamTrials } from './stream-trials.js';
import { StreamWorker } from './stream-worker.js';

export const STREAM_ENTITIES = [AuditStream, DeadLetter];

export const STREAM_PROVIDERS = [
  AuditStreams,
  HttpSink,
  OtlpSink,
  StreamDelivery,
  StreamResealing,
  StreamSecrets,
  StreamSinks,
  StreamTrials,
  StreamWorker,
  SyslogSink,
];

export type { StreamKind, StreamSettings } from './stream-settings.js';
export { AuditStreams, SecretNeeded, type AuditStreamView, type WantedStream } from './audit-streams.js';
export { STREAM_KINDS, StreamSinks } from './stream-sinks.js';
export { StreamTrials, type Lag, type Trial } from './stream-trials.js';
