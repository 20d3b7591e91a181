import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { AppConfig } from '../config/index.js';
import { OutboundHttp } from './outbound-http.js';

/** The same rules for what operators name as a collector of theirs, with the networks of the installer besides, by TLS. */
@Injectable()
export class CollectorHttp extends OutboundHttp {
  private readonly networks: readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[];

  constructor(config: AppConfig) {
    super(config);
    this.networks = config.policies.collectorNetworks.map((network) => ipaddr.parseCIDR(network));
  }

  override allowed(address: string, protocol: string): boolean {
    return super.allowed(address, protocol) || (protocol === 'https:' && this.isNamed(address));
  }

  private isNamed(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    // An IPv4 address is the same in its IPv6 form (RFC 4291 §2.5.5.2).
    const parsed = ipaddr.process(address);
    return this.networks.some(
      ([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits),
    );
  }
}
