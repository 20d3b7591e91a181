import { describe, expect, it } from '@jest/globals';
import type { AppConfig } from '../config/index.js';
import { CollectorHttp } from './collector-http.js';

const within = (...collectorNetworks: string[]) =>
  new CollectorHttp({ policies: { outboundLoopback: false, collectorNetworks } } as unknown as AppConfig);

describe('a collector inside', () => {
  it('may be called by TLS when the installer has named its network', () => {
    const http = within('10.20.0.0/16', 'fd00:1::/32');
    for (const url of ['https://10.20.3.4/in', 'https://[fd00:1::5]:8443/', 'https://[::ffff:10.20.3.4]/'])
      expect([url, http.mayCall(url)]).toEqual([url, true]);
  });

  it('may not be called in clear, in any other network, or when none is named', () => {
    const http = within('10.20.0.0/16');
    for (const url of [
      'http://10.20.3.4/',
      'https://10.21.0.1/',
      'https://169.254.169.254/',
      'https://127.0.0.1/',
    ])
      expect([url, http.mayCall(url)]).toEqual([url, false]);
    expect(within().mayCall('https://10.20.3.4/')).toBe(false);
  });

  it('is held to the same when its name says so', () => {
    const http = within('10.20.0.0/16');
    expect([http.allowed('10.20.0.9', 'https:'), http.allowed('10.20.0.9', 'http:')]).toEqual([true, false]);
    expect(http.allowed('not an address', 'https:')).toBe(false);
  });
});
