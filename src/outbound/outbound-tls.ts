import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { Injectable } from '@nestjs/common';
import { CollectorHttp } from './collector-http.js';
import { OutboundRefused, refusedBy } from './outbound-refused.js';
import { pinnedLookup } from './pinned-lookup.js';
import { resolveName } from './resolve-name.js';

export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  /** Certificates (PEM) of who vouches for the peer, in place of those everybody trusts. */
  readonly ca?: string;
}

/** RFC 1123 §2.1 */
const NAME = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.?$/i;

/** Connections by TLS to collectors, under the rules of `CollectorHttp`. */
@Injectable()
export class OutboundTls {
  constructor(private readonly http: CollectorHttp) {}

  mayCall({ host, port }: TlsTarget): boolean {
    if (isIP(host) === 0 && !NAME.test(host)) return false;
    return this.http.mayCall(`https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`);
  }

  /** A connection whose peer has been verified. `timeoutMs` is for the connection and each silence. @throws OutboundRefused */
  async open(target: TlsTarget, timeoutMs: number): Promise<TLSSocket> {
    if (!this.mayCall(target)) throw new OutboundRefused('url_not_allowed');
    const signal = AbortSignal.timeout(timeoutMs);
    const { host, port, ca } = target;
    const allowed = (address: string) => this.http.allowed(address, 'https:');
    const socket = connect({
      host,
      port,
      ...(isIP(host) === 0 && { servername: host }),
      ...(ca !== undefined && { ca }),
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      lookup: pinnedLookup({ allowed, resolve: resolveName, signal }),
    });
    socket.setTimeout(timeoutMs, () => socket.destroy(new OutboundRefused('timeout')));
    try {
      await once(socket, 'secureConnect', { signal });
      return socket;
    } catch (error) {
      socket.destroy();
      throw refusedBy(error, signal.aborted);
    }
  }
}
