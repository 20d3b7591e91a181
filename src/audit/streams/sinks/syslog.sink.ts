import { once } from 'node:events';
import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import { OutboundTls } from '../../../outbound/index.js';
import { formatOf } from '../../formats/index.js';
import type { SealedEvent } from '../../proof/index.js';
import type { StreamSettings } from '../stream-settings.js';
import { SinkFailed, TIMEOUT_MS, type SinkTarget, type StreamSink } from './stream-sink.js';

/** RFC 5424 §6.2.1: "log audit". */
const FACILITY = 13;
const SEVERITY: Readonly<Record<string, number>> = { info: 6, low: 5, medium: 4, high: 3, critical: 2 };

/** Syslog over TLS. It has no acknowledgement: what was taken by the connection before it closed well has arrived. */
@Injectable()
export class SyslogSink implements StreamSink {
  readonly kind = 'syslog';

  constructor(private readonly outbound: OutboundTls) {}

  problemOf({ host, port }: StreamSettings) {
    if (host === undefined || port === undefined) return { field: 'host', message: 'and port must be given' };
    const isGood = this.outbound.mayCall({ host, port });
    return isGood ? undefined : { field: 'host', message: 'must be a host that may be called' };
  }

  async deliver({ settings, format }: SinkTarget, events: readonly SealedEvent[]): Promise<void> {
    const { host, port, ca } = settings;
    const socket = await this.outbound.open({ host: host!, port: port!, ...(ca && { ca }) }, TIMEOUT_MS);
    socket.resume();
    try {
      socket.end(events.map((event) => frameOf(event, format)).join(''));
      // The socket’s own limit is for each silence; one that drips must not outlive the lease.
      await once(socket, 'close', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      throw new SinkFailed(
        error instanceof Error && 'reason' in error ? String(error.reason) : 'connection_lost',
      );
    } finally {
      socket.destroy();
    }
  }
}

/** RFC 5425 §4.3: the length in octets, a blank, and the message. */
export function frameOf(event: SealedEvent, format: string): string {
  const message = messageOf(event, format);
  return `${Buffer.byteLength(message)} ${message}`;
}

/** RFC 5424 §6 */
function messageOf(event: SealedEvent, format: string): string {
  const { body, seq } = event;
  const priority = FACILITY * 8 + (SEVERITY[body.severity] ?? 6);
  const host =
    hostname()
      .replace(/[^\x21-\x7e]/g, '')
      .slice(0, 255) || '-';
  // RFC 5424 §7.3.1
  const meta = `[meta sequenceId="${(seq % 2_147_483_647) + 1}"]`;
  const header = `<${priority}>1 ${body.time} ${host} gatehouse ${process.pid} ${body.type.slice(0, 32)} ${meta}`;
  return `${header} \ufeff${formatOf(format).line(event)}`;
}
