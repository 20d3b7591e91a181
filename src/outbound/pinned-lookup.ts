import { isIP, type LookupFunction } from 'node:net';
import { OutboundRefused } from './outbound-refused.js';
import type { ResolveName } from './resolve-name.js';

interface Pinning {
  readonly allowed: (address: string) => boolean;
  readonly resolve: ResolveName;
  readonly signal: AbortSignal;
}

/**
 * A lookup for `http.request`: the connection goes to an address that was checked, and no second lookup can swap it.
 * One address that is not allowed refuses the name, however many others it has.
 */
export function pinnedLookup({ allowed, resolve, signal }: Pinning): LookupFunction {
  return (host, options, done) => {
    resolve(host, signal).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || !addresses.every(allowed))
          return done(new OutboundRefused('address_not_allowed'), '', 0);
        if (options.all) return done(null, addresses.map(toEntry));
        done(null, first, isIP(first));
      },
      (error: Error) => done(error, '', 0),
    );
  };
}

const toEntry = (address: string) => ({ address, family: isIP(address) });
