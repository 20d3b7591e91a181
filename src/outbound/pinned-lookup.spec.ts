import type { LookupAddress } from 'node:dns';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { OutboundRefused } from './outbound-refused.js';
import { pinnedLookup } from './pinned-lookup.js';
import type { ResolveName } from './resolve-name.js';
import { isSpecialUse } from './special-addresses.js';

const { signal } = new AbortController();
const isPublic = (address: string): boolean => !isSpecialUse(address);

function look(resolve: ResolveName, options: { all?: boolean } = { all: true }) {
  return new Promise<string | LookupAddress[]>((done, failed) =>
    pinnedLookup({ allowed: isPublic, resolve, signal })('c.test', options, (error, found) =>
      error ? failed(error) : done(found),
    ),
  );
}

const answering =
  (...addresses: string[]): ResolveName =>
  () =>
    Promise.resolve(addresses);

describe('pinnedLookup', () => {
  it('answers every address when all are public', async () => {
    await expect(look(answering('93.184.216.34', '2606:4700::1'))).resolves.toEqual([
      { address: '93.184.216.34', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ]);
  });

  it('answers the first where one is asked for', async () => {
    await expect(look(answering('93.184.216.34', '1.1.1.1'), {})).resolves.toBe('93.184.216.34');
  });

  it.each([
    ['only a private address', ['127.0.0.1']],
    ['a public and a private address', ['93.184.216.34', '10.0.0.1']],
    ['a private and a public address', ['::1', '2606:4700::1']],
    ['an address that carries a private one', ['64:ff9b::7f00:1']],
    ['no address at all', []],
  ])('refuses a name with %s', async (_what, addresses) => {
    await expect(look(answering(...addresses))).rejects.toThrow(new OutboundRefused('address_not_allowed'));
    await expect(look(answering(...addresses), {})).rejects.toThrow('address_not_allowed');
  });

  it('passes on that a name was not found', async () => {
    await expect(look(() => Promise.reject(new Error('ENOTFOUND')))).rejects.toThrow('ENOTFOUND');
  });
});

describe('a connection', () => {
  let server: Server;
  let hits = 0;
  beforeEach(async () => {
    hits = 0;
    server = createServer((_req, res) => res.end('inside')).on('connection', () => hits++);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(() => void server.close());

  const connect = (resolve: ResolveName, allowed: (address: string) => boolean) =>
    new Promise<number | undefined>((done, failed) => {
      const { port } = server.address() as AddressInfo;
      request(`http://c.test:${port}/`, { agent: false, lookup: pinnedLookup({ allowed, resolve, signal }) })
        .on('response', (answer) => done(answer.resume().statusCode))
        .on('error', failed)
        .end();
    });

  it('asks for the name once and goes to what was checked, however the name changes', async () => {
    let lookups = 0;
    const rebinding: ResolveName = () => Promise.resolve([lookups++ === 0 ? '127.0.0.1' : '10.1.1.1']);
    const checked: string[] = [];
    const status = await connect(rebinding, (address) => checked.push(address) > 0);
    expect({ status, lookups, checked, hits }).toEqual({
      status: 200,
      lookups: 1,
      checked: ['127.0.0.1'],
      hits: 1,
    });
  });

  it('is never made to a name that turned to this machine', async () => {
    await expect(connect(answering('93.184.216.34', '127.0.0.1'), isPublic)).rejects.toThrow(
      'address_not_allowed',
    );
    await expect(connect(answering('127.0.0.1'), isPublic)).rejects.toThrow('address_not_allowed');
    expect(hits).toBe(0);
  });
});
