import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { exchange, type OutboundAnswer, type OutboundRequest } from './exchange.js';
import { OutboundRefused, refusedBy } from './outbound-refused.js';
import { OutboundSlots } from './outbound-slots.js';
import { pinnedLookup } from './pinned-lookup.js';
import { resolveName } from './resolve-name.js';
import { isLoopback, isSpecialUse } from './special-addresses.js';

/**
 * Requests to URLs that somebody else named: https only, no redirect followed, no special-use address, the connection
 * pinned to the address that was checked, time, size and number bounded, no credentials sent. Loopback is let in only
 * by the development switch `policies.outboundLoopback`, and there http is too.
 */
@Injectable()
export class OutboundHttp {
  private readonly slots = new OutboundSlots();

  constructor(private readonly config: AppConfig) {}

  /** Whether `send` would try at all; names are resolved only then. */
  mayCall(url: string): boolean {
    if (!URL.canParse(url)) return false;
    const { protocol, hostname, username, password } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    if (username || password) return false;
    if (isIP(host) !== 0 && !this.allowed(host, protocol)) return false;
    const local = isLocal(host);
    if (local && !this.config.policies.outboundLoopback) return false;
    return protocol === 'https:' || (protocol === 'http:' && local);
  }

  /** @throws OutboundRefused */
  async send(url: string, outgoing: OutboundRequest): Promise<OutboundAnswer> {
    if (!this.mayCall(url)) throw new OutboundRefused('url_not_allowed');
    const target = new URL(url);
    const signal = AbortSignal.timeout(outgoing.timeoutMs);
    const lookup = pinnedLookup({
      allowed: (address) => this.allowed(address, target.protocol),
      resolve: resolveName,
      signal,
    });
    try {
      return await this.slots.run(target.host, signal, () => exchange(target, outgoing, { signal, lookup }));
    } catch (error) {
      throw refusedBy(error, signal.aborted);
    }
  }

  /** In clear text only to this machine itself. */
  allowed(address: string, protocol: string): boolean {
    if (this.config.policies.outboundLoopback && isLoopback(address)) return true;
    return protocol === 'https:' && !isSpecialUse(address);
  }
}

const isLocal = (host: string): boolean => /^(?:.+\.)?localhost\.?$/i.test(host) || isLoopback(host);
