import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CollectorHttp } from '../../../outbound/index.js';
import { formatOf } from '../../formats/index.js';
import type { SealedEvent } from '../../proof/index.js';
import type { StreamSettings } from '../stream-settings.js';
import { SinkFailed, TIMEOUT_MS, type SinkTarget, type StreamSink } from './stream-sink.js';

/** A POST of one line for each event, signed as webhooks are (standardwebhooks.com). */
@Injectable()
export class HttpSink implements StreamSink {
  readonly kind = 'http';

  constructor(private readonly outbound: CollectorHttp) {}

  problemOf({ url }: StreamSettings) {
    const isGood = url !== undefined && this.outbound.mayCall(url);
    return isGood ? undefined : { field: 'url', message: 'must be an https URL that may be called' };
  }

  async deliver(
    { settings, secret = '', format }: SinkTarget,
    events: readonly SealedEvent[],
  ): Promise<void> {
    const { line, mediaType } = formatOf(format);
    const body = events.map((event) => `${line(event)}\n`).join('');
    // The same batch has the same id, however often it is sent.
    const id = `audit_${events[0]!.seq}_${events.at(-1)!.seq}`;
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
    const headers = {
      'content-type': mediaType,
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    };
    const { status } = await this.outbound.send(settings.url!, {
      method: 'POST',
      headers,
      body,
      maxBytes: 65_536,
      timeoutMs: TIMEOUT_MS,
    });
    if (status < 200 || status > 299) throw new SinkFailed(`http_${status}`);
  }
}
