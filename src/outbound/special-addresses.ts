import ipaddr from 'ipaddr.js';

/** What IANA has given out for global unicast; everything else in IPv6 is special, embedded or unassigned. */
const GLOBAL_IPV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];
/** Where Azure's virtual machines reach their host: a public address that is none. */
const PLATFORM = '168.63.129.16';

/**
 * Whether an address is one that only this machine or its own network could mean (RFC 6890): loopback, private,
 * link-local, shared, documentation, benchmarking, multicast, and every IPv6 form that carries an IPv4 address.
 */
export function isSpecialUse(address: string): boolean {
  if (!ipaddr.isValid(address)) return true;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return true;
  return parsed instanceof ipaddr.IPv6
    ? !parsed.match(GLOBAL_IPV6) || isIsatap(parsed)
    : parsed.toString() === PLATFORM;
}

export function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'loopback';
}

/** RFC 5214 §6.1: an interface identifier that carries an IPv4 address. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return (parts[4]! & 0xfdff) === 0 && parts[5] === 0x5efe;
}
