import { Resolver } from 'node:dns/promises';

/** Every address of a name. */
export type ResolveName = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/**
 * Asks DNS itself: `getaddrinfo` would hold one of the few threads that also hash passwords for as long as the owner
 * of a slow name likes, and would try the search domains of this machine.
 */
export const resolveName: ResolveName = async (host, signal) => {
  // RFC 6761 §6.3
  if (/^(?:.+\.)?localhost\.?$/i.test(host)) return ['127.0.0.1', '::1'];
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const [failed] = answers.filter((answer) => answer.status === 'rejected');
    if (addresses.length === 0 && failed) throw failed.reason;
    return addresses;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};
