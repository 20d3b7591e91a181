import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AppConfig } from '../config/index.js';
import { OutboundHttp } from './outbound-http.js';

const guard = (outboundLoopback: boolean) =>
  new OutboundHttp({ policies: { outboundLoopback } } as unknown as AppConfig);

let canary: Server;
let port: number;
let hits = 0;
beforeAll(async () => {
  canary = createServer((_req, res) => res.end('{}')).on('connection', () => hits++);
  await new Promise<void>((done) => canary.listen(0, '127.0.0.1', done));
  port = (canary.address() as AddressInfo).port;
});
afterAll(() => void canary.close());

/** Every way to write this machine, or another that is nobody's business. */
const INSIDE = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '0.0.0.0',
  '0',
  '１２７.０.０.１',
  '127。0。0。1',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'app.localhost',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]',
  '[2001:0:53aa:64c::1]',
  '[fe80::1]',
  '[fd00::1]',
  '[ff02::1]',
  '169.254.169.254',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '100.64.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '192.0.2.1',
];

describe('OutboundHttp', () => {
  it.each(INSIDE)('sends nothing to https://%s', async (host) => {
    const before = hits;
    for (const scheme of ['https', 'http']) {
      const url = `${scheme}://${host}:${port}/`;
      expect(guard(false).mayCall(url)).toBe(false);
      await expect(guard(false).send(url, { maxBytes: 100, timeoutMs: 500 })).rejects.toThrow(
        'url_not_allowed',
      );
    }
    expect(hits).toBe(before);
  });

  it.each([
    'http://c.test/',
    'ftp://c.test/',
    'file:///etc/passwd',
    'data:application/json,{}',
    'gopher://c.test/',
    'javascript:alert(1)',
    'https://u@c.test/',
    'https://u:p@c.test/',
    'https://',
    '/relative',
    '',
  ])('sends nothing to %p, with the switch or without', (url) => {
    expect([guard(false).mayCall(url), guard(true).mayCall(url)]).toEqual([false, false]);
  });

  it.each(['https://c.test/a', 'https://c.test:8443/', 'https://93.184.216.34/', 'https://[2606:4700::1]/'])(
    'would call %s',
    (url) => expect(guard(false).mayCall(url)).toBe(true),
  );

  describe('with the development switch', () => {
    it.each(['127.0.0.1', '127.1', 'localhost'])('reaches http://%s', async (host) => {
      const answer = await guard(true).send(`http://${host}:${port}/`, { maxBytes: 100, timeoutMs: 2_000 });
      expect(answer).toMatchObject({ status: 200, body: '{}' });
    });

    it.each(['10.0.0.1', '169.254.169.254', '[::ffff:127.0.0.1]', '0.0.0.0', '[fd00::1]', '192.168.0.1'])(
      'reaches no other address of this network: %s',
      (host) => {
        expect([guard(true).mayCall(`https://${host}/`), guard(true).mayCall(`http://${host}/`)]).toEqual([
          false,
          false,
        ]);
      },
    );
  });

  it('has few requests to one host under way at once', async () => {
    let now = 0;
    let most = 0;
    const slow = createServer((_req, res) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        res.end('{}');
      }, 30);
    });
    await new Promise<void>((done) => slow.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`;
    const http = guard(true);
    const answers = await Promise.allSettled(
      Array.from({ length: 300 }, () => http.send(url, { maxBytes: 100, timeoutMs: 5_000 })),
    );
    slow.close();
    expect(most).toBeLessThanOrEqual(6);
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBe(300 - 6 - 128);
    for (const { reason } of refused as PromiseRejectedResult[]) expect(String(reason)).toContain('busy');
  });
});
