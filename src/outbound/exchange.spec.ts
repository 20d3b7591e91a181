import {
  createServer,
  isIP,
  type AddressInfo,
  type LookupFunction,
  type Server,
  type Socket,
} from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exchange } from './exchange.js';
import { refusedBy } from './outbound-refused.js';

const MAX_BYTES = 1_024;
const TIMEOUT_MS = 700;

let server: Server;
let asked: string[];
let sockets: Socket[];
let answer: (socket: Socket) => void;

beforeEach(async () => {
  asked = [];
  sockets = [];
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', (head) => {
      asked.push(head.toString());
      answer(socket);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** What came back, or why it was refused, and within what time. */
async function ask(protocol = 'http', { port } = server.address() as AddressInfo) {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const started = performance.now();
  try {
    const got = await exchange(
      new URL(`${protocol}://127.0.0.1:${port}/doc`),
      { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS },
      { signal },
    );
    return { got };
  } catch (error) {
    return { reason: refusedBy(error, signal.aborted).reason, within: performance.now() - started < 1_500 };
  }
}

const respond = (lines: string[], body: string | Buffer = '') => {
  answer = (socket) => {
    socket.write([...lines, '', ''].join('\r\n'));
    socket.end(body);
  };
};

describe('exchange', () => {
  it('brings back status, headers and body', async () => {
    respond(['HTTP/1.1 200 OK', 'Content-Type: application/json', 'ETag: "1"', 'Content-Length: 2'], '{}');
    const { got } = await ask();
    expect(got).toMatchObject({ status: 200, body: '{}', headers: { etag: '"1"' } });
  });

  it('sends neither cookies nor credentials nor anything about who asks', async () => {
    respond(['HTTP/1.1 200 OK', 'Content-Length: 2'], '{}');
    await ask();
    const names = asked[0]!
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(':')[0]!.toLowerCase())
      .filter(Boolean);
    expect(names.sort()).toEqual(['accept-encoding', 'connection', 'host', 'user-agent']);
  });

  it('loses no connection of a name with several addresses to a pause of the process', async () => {
    respond(['HTTP/1.1 200 OK', 'Content-Length: 2'], '{}');
    const { port } = server.address() as AddressInfo;
    const lookup: LookupFunction = (_host, _options, done) => {
      setImmediate(() => {
        const addresses = ['127.0.0.1', '::1'].map((address) => ({ address, family: isIP(address) }));
        done(null, addresses);
        const until = performance.now() + 400;
        while (performance.now() < until);
      });
    };
    const wanted = { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS };
    const got = await exchange(new URL(`http://localhost:${port}/doc`), wanted, { lookup });
    expect(got).toMatchObject({ status: 200, body: '{}' });
  });

  it.each([301, 302, 303, 307, 308])('hands a %d back and follows it nowhere', async (status) => {
    const { port } = server.address() as AddressInfo;
    respond([`HTTP/1.1 ${status} Away`, `Location: http://127.0.0.1:${port}/next`, 'Content-Length: 0']);
    expect((await ask()).got).toMatchObject({ status });
    expect(asked).toHaveLength(1);
  });

  it('takes a body of exactly the size allowed', async () => {
    respond(['HTTP/1.1 200 OK', 'Connection: close'], 'x'.repeat(MAX_BYTES));
    expect((await ask()).got?.body).toHaveLength(MAX_BYTES);
  });

  it('takes an answer after a few interim ones', async () => {
    respond(['HTTP/1.1 103 Early Hints', 'Link: </x>', '', 'HTTP/1.1 200 OK', 'Content-Length: 2'], '{}');
    expect((await ask()).got).toMatchObject({ status: 200 });
  });

  const gzip = gzipSync(Buffer.alloc(10_000_000));
  const cases: [string, string, (socket: Socket) => void][] = [
    ['a body that is too long', 'answer_too_large', write('200 OK', [], 'x'.repeat(MAX_BYTES + 1))],
    [
      'a body that says it is too long',
      'answer_too_large',
      write('200 OK', ['Content-Length: 99999999'], ''),
    ],
    ['a body without end', 'answer_too_large', endless('HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(4_096))],
    ['a body that drips', 'timeout', drip('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n', 'x')],
    ['a head that drips', 'timeout', drip('HTTP/1.1 200 OK\r\n', 'X-A: b\r\n')],
    ['silence', 'timeout', () => undefined],
    ['a gzip bomb', 'answer_encoded', write('200 OK', ['Content-Encoding: gzip'], gzip)],
    ['headers that are too large', 'answer_too_large', write('200 OK', [`X: ${'a'.repeat(70_000)}`], '{}')],
    ['interim answers without end', 'answer_malformed', endless('', 'HTTP/1.1 103 Early Hints\r\n\r\n')],
    [
      'a switch of protocols',
      'answer_malformed',
      write('101 Switching Protocols', ['Upgrade: x', 'Connection: upgrade'], ''),
    ],
    ['something that is not HTTP', 'answer_malformed', (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n')],
    ['a body cut short', 'unreachable', write('200 OK', ['Content-Length: 500'], '{')],
    ['a connection that is reset', 'unreachable', (socket) => socket.resetAndDestroy()],
  ];
  it.each(cases)('refuses %s: %s', async (_what, reason, behaviour) => {
    answer = behaviour;
    expect(await ask()).toEqual({ reason, within: true });
  });

  it('refuses a server that does not speak TLS', async () => {
    respond(['HTTP/1.1 200 OK'], '{}');
    expect(await ask('https')).toEqual({ reason: 'tls_failed', within: true });
  });

  it('refuses a port where nobody listens', async () => {
    const address = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    expect(await ask('http', address)).toEqual({ reason: 'unreachable', within: true });
  });
});

function write(status: string, headers: string[], body: string | Buffer) {
  return (socket: Socket) => {
    socket.write([`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n'));
    socket.end(body);
  };
}

function drip(head: string, drop: string) {
  return (socket: Socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(drop), 50);
    socket.on('close', () => clearInterval(timer));
  };
}

function endless(head: string, more: string) {
  return (socket: Socket) => {
    socket.write(head);
    const pour = () => {
      if (!socket.destroyed) socket.write(more, () => setImmediate(pour));
    };
    pour();
  };
}
