import { Injectable } from '@nestjs/common';
import { CollectorHttp } from '../../../outbound/index.js';
import { formatOf } from '../../formats/index.js';
import type { SealedEvent } from '../../proof/index.js';
import type { StreamSettings } from '../stream-settings.js';
import { SinkFailed, TIMEOUT_MS, type SinkTarget, type StreamSink } from './stream-sink.js';

/** Severity numbers of the OpenTelemetry log data model. */
const SEVERITY: Readonly<Record<string, number>> = { info: 9, low: 10, medium: 13, high: 17, critical: 21 };

/** OpenTelemetry logs by OTLP/HTTP with JSON. */
@Injectable()
export class OtlpSink implements StreamSink {
  readonly kind = 'otlp';

  constructor(private readonly outbound: CollectorHttp) {}

  problemOf({ url }: StreamSettings) {
    const isGood = url !== undefined && this.outbound.mayCall(url);
    return isGood ? undefined : { field: 'url', message: 'must be an https URL that may be called' };
  }

  async deliver({ settings, secret, format }: SinkTarget, events: readonly SealedEvent[]): Promise<void> {
    const answer = await this.outbound.send(settings.url!, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(secret && { authorization: `Bearer ${secret}` }) },
      body: JSON.stringify(requestOf(events, format)),
      maxBytes: 65_536,
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.status < 200 || answer.status > 299) throw new SinkFailed(`http_${answer.status}`);
    if (rejectedBy(answer.body) > 0) throw new SinkFailed('partly_rejected');
  }
}

const requestOf = (events: readonly SealedEvent[], format: string): object => ({
  resourceLogs: [
    {
      resource: { attributes: [attribute('service.name', 'gatehouse')] },
      scopeLogs: [
        { scope: { name: 'gatehouse.audit' }, logRecords: events.map((event) => recordOf(event, format)) },
      ],
    },
  ],
});

function recordOf(event: SealedEvent, format: string): object {
  const { body, seq } = event;
  const nanoseconds = `${Date.parse(body.time)}000000`;
  return {
    timeUnixNano: nanoseconds,
    observedTimeUnixNano: nanoseconds,
    severityNumber: SEVERITY[body.severity] ?? 9,
    severityText: body.severity,
    eventName: body.type,
    body: { stringValue: formatOf(format).line(event) },
    attributes: [
      attribute('event.name', body.type),
      attribute('audit.event_id', body.event_id),
      attribute('audit.outcome', body.outcome.result),
      { key: 'audit.seq', value: { intValue: String(seq) } },
    ],
  };
}

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });

/** How many records a collector says it has not taken. */
function rejectedBy(text: string): number {
  try {
    const answer = JSON.parse(text) as { partialSuccess?: { rejectedLogRecords?: string | number } };
    return Number(answer.partialSuccess?.rejectedLogRecords ?? 0);
  } catch {
    // A collector may answer with an empty body.
    return 0;
  }
}
