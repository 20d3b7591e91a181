import net from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../support/actors.js';
import { get, post, rawRequest } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { authorizeQuery, cookieLine, raw, rawPost, ROOMY, signedIn, webClient } from './harness.js';

const FORM = 'Content-Type: application/x-www-form-urlencoded';
const JSON_TYPE = 'Content-Type: application/json';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ config: { limits: ROOMY } });
});

const isWell = async (): Promise<boolean> => (await get(`${server.base}/health/ready`)).status === 200;

/** Places that read a body, with the kind they read. */
const READERS: [string, string][] = [
  ['/oauth2/token', FORM],
  ['/oauth2/par', FORM],
  ['/oauth2/introspect', FORM],
  ['/oauth2/register', JSON_TYPE],
  ['/login', FORM],
  ['/mcp', JSON_TYPE],
  ['/admin/v1/clients', JSON_TYPE],
  ['/nothing', FORM],
];

describe('A request with two Host lines', () => {
  it.each([
    ['GET', '/.well-known/oauth-authorization-server', 200],
    ['GET', '/login', 200],
    ['GET', '/health/live', 200],
    ['POST', '/oauth2/token', 401],
    ['POST', '/mcp', 401],
    ['GET', '/admin/v1/users', 401],
  ])('is refused: %s %s', async (method, path, usual) => {
    const own = `Host: localhost:${server.port}`;
    const type = method === 'POST' ? [FORM] : [];
    for (const lines of [
      [own, 'Host: evil.test'],
      ['Host: evil.test', own],
      [own, own],
      [own, 'hOsT: evil.test'],
    ]) {
      const answer = await raw(server, `${method} ${path}`, [...lines, ...type]);
      expect(answer.status).toBe(400);
      expect(answer.head + answer.body).not.toContain('evil.test');
    }
    const body = method === 'POST' ? 'grant_type=x&client_id=nobody' : '';
    expect((await raw(server, `${method} ${path}`, [own, ...type], body)).status).toBe(usual);
  });
});

describe('The health of the server', () => {
  it('is told in one word, to anybody', async () => {
    for (const path of ['/health/live', '/health/ready', '/health/ready?verbose=1&debug=true']) {
      const { status, text, headers } = await get(server.base + path);
      expect([path, status, text]).toEqual([path, 200, '{"status":"ok"}']);
      expect(Object.keys(headers).filter((name) => /server|powered|version|via/.test(name))).toEqual([]);
    }
    for (const path of ['/health', '/health/env', '/health/live/x', '/actuator', '/debug', '/heapdump'])
      expect([path, (await get(server.base + path)).status]).toEqual([path, 404]);
  });
});

describe('A body that never ends', () => {
  const CHUNK = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  const MOST = 1_000;

  /** Sends a chunk every few milliseconds for as long as the other side listens. */
  const pour = (path: string, type: string): Promise<{ answer: string; sent: number }> =>
    new Promise((resolve) => {
      let answer = '';
      let sent = 0;
      const socket = net.connect(server.port, 'localhost');
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: localhost:${server.port}\r\n${type}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      const pump = setInterval(() => (++sent < MOST ? socket.write(CHUNK) : socket.destroy()), 10);
      socket.on('data', (part: Buffer) => (answer += part.toString('latin1')));
      // Being closed on while sending is a reset.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        clearInterval(pump);
        resolve({ answer, sent });
      });
    });

  it('is answered and then cut off, wherever it is sent', async () => {
    const { tokens } = await connect(server);
    const withToken = `${JSON_TYPE}\r\nAuthorization: Bearer ${tokens.access_token}`;
    const readers = [...READERS, ['/mcp', withToken] as const];
    const poured = await Promise.all(readers.map(([path, type]) => pour(path, type)));
    for (const [index, { answer, sent }] of poured.entries()) {
      const [path] = readers[index]!;
      expect([path, answer.split(' ')[1]]).toEqual([
        path,
        path === '/mcp' && index < READERS.length ? '401' : '413',
      ]);
      expect([path, sent < MOST]).toEqual([path, true]);
    }
    expect(await isWell()).toBe(true);
  });

  it('that is too much leaves its sender the answer, though the sender closes the connection', async () => {
    const { tokens } = await connect(server);
    const body = Buffer.alloc(12_000_000, 'x');
    const readers = READERS.filter(([path]) => path !== '/mcp');
    for (const [path, type] of [...readers, ['/mcp', JSON_TYPE] as const]) {
      const headers = {
        'content-type': type.slice(type.indexOf(' ') + 1),
        authorization: `Bearer ${tokens.access_token}`,
      };
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => post(server.base + path, { body, headers })),
      );
      expect([path, answers.map(({ status }) => status)]).toEqual([path, [413, 413, 413, 413]]);
    }
  });

  it('is refused by the length it announces, before any of it came', async () => {
    const answer = await rawRequest(
      server.origin,
      `POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\n${FORM}\r\nContent-Length: 99999999\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(await isWell()).toBe(true);
  });

  it('is not waited for when it is shorter than it said', async () => {
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = net.connect({ port: server.port, host: 'localhost', allowHalfOpen: true });
      socket.on('data', (part: Buffer) => (text += part.toString('latin1')));
      socket.on('error', () => socket.destroy());
      socket.on('close', () => resolve(text));
      socket.on('end', () => socket.end());
      socket.end(
        `POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\n${FORM}\r\nContent-Length: 100\r\n\r\ngrant_type=x`,
      );
    });
    expect(answer).not.toMatch(/ 200 |access_token/);
    expect(await isWell()).toBe(true);
  });
});

describe('A head that can be read in two ways', () => {
  const smuggled = 'GET /admin/v1/users HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const head = `POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\n${FORM}\r\n`;
  const HEADS: Record<string, string> = {
    'a length and chunks': `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    'chunks in two lines': `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${smuggled}`,
    'an unknown coding': `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
    'a space before the colon': `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    'a folded line': `${head}X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 0,0\r\n\r\n${smuggled}`,
    'a length with a sign': `${head}Content-Length: +4\r\n\r\na=b&${smuggled}`,
    'a chunk size that is none': `${head}Transfer-Encoding: chunked\r\n\r\n-1\r\n${smuggled}`,
    'a NUL in a name': `${head}X\0Y: z\r\n\r\n${smuggled}`,
    'no host': `POST /oauth2/token HTTP/1.1\r\n${FORM}\r\nContent-Length: 0\r\n\r\n`,
  };

  it.each(Object.keys(HEADS))('is refused, and nothing behind it is read: %s', async (what) => {
    const answer = await rawRequest(server.origin, HEADS[what]!);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(await isWell()).toBe(true);
  });
});

describe('Names of object members in a form', () => {
  it('are names and nothing else, and stay in their request', async () => {
    const form = 'grant_type=refresh_token&refresh_token=x&client_id=';
    const { clientId } = await webClient(server);
    const outcome = async (more: string) => {
      const { status, body } = await rawPost(server, '/oauth2/token', `${form}${clientId}${more}`);
      const { error, error_description } = JSON.parse(body) as Record<string, string>;
      return [status, error, error_description];
    };
    const usual = await outcome('');
    expect(usual.slice(0, 2)).toEqual([400, 'invalid_grant']);
    for (const name of [
      '__proto__',
      '__proto__[grant_type]',
      '__proto__.grant_type',
      'constructor[prototype][x]',
      'constructor',
      'hasOwnProperty',
      'toString',
      'valueOf',
      'then',
      'length',
    ])
      expect([name, await outcome(`&${encodeURIComponent(name)}=1`)]).toEqual([name, usual]);
    expect(await outcome('')).toEqual(usual);
  });
});

describe('A request to authorize with a body beside its query', () => {
  it('is its query when it is a GET, whatever the body says', async () => {
    const client = await webClient(server);
    const jar = await signedIn(server);
    const query = authorizeQuery(server, client, { prompt: 'none' });
    const lines = [cookieLine(server, jar), FORM];
    const target = `GET /oauth2/authorize?${query}`;
    const [plain, withBody] = [
      await raw(server, target, lines),
      await raw(server, target, lines, 'redirect_uri=https://evil.test/cb&state=other&prompt=login'),
    ];
    expect(plain.headers['location']).toContain('error=consent_required');
    expect([withBody.status, withBody.headers['location']?.split('&error_desc')[0]]).toEqual([
      303,
      plain.headers['location']?.split('&error_desc')[0],
    ]);
    const bodyAlone = await raw(server, 'GET /oauth2/authorize', lines, query);
    expect([bodyAlone.status, bodyAlone.headers['location']]).toEqual([400, undefined]);
  });
});
