import http from 'node:http';
import net from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startServer, type TestServer } from '../support/server.js';
import { freePort } from '../support/server-process.js';

type Meddle = (req: http.IncomingMessage, res: http.ServerResponse) => boolean;
const proxies: http.Server[] = [];
afterEach(() => {
  for (const proxy of proxies.splice(0)) proxy.close();
});

/** A reverse proxy in front of `port`; `meddle` answers by itself, or spoils what is passed on. */
async function proxy(port: number, publicPort: number, meddle: Meddle, strip: string[] = []): Promise<void> {
  const server = http.createServer((req, res) => {
    if (meddle(req, res)) return;
    const onward = http.request(
      { port, path: req.url, method: req.method, headers: req.headers },
      (answer) => {
        const headers = Object.entries(answer.headers).filter(([name]) => !strip.includes(name));
        res.writeHead(answer.statusCode!, Object.fromEntries(headers));
        answer.pipe(res);
      },
    );
    onward.on('error', () => res.writeHead(502).end());
    req.pipe(onward);
  });
  proxies.push(server);
  await new Promise<void>((done) => server.listen(publicPort, '127.0.0.1', done));
}

/** What a server with this `PUBLIC_URL` says about it. */
async function verdict(server: TestServer): Promise<string> {
  for (let tries = 0; tries < 250; tries++) {
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.includes('"public-url"'));
    if (lines.length > 0) return lines.join('\n');
    await new Promise((later) => setTimeout(later, 20));
  }
  throw new Error('The server said nothing about its PUBLIC_URL');
}

async function behind(meddle: Meddle, { path = '', strip = [] as string[] } = {}): Promise<string> {
  const [port, publicPort] = [await freePort(), await freePort()];
  await proxy(port, publicPort, meddle, strip);
  const server = await startServer({ port, env: { PUBLIC_URL: `http://localhost:${publicPort}${path}` } });
  return verdict(server);
}

const passOn: Meddle = () => false;

describe('The check of PUBLIC_URL at start', () => {
  it('finds nothing to say about a proxy that passes everything on, with and without a path', async () => {
    expect(await behind(passOn)).toContain('Clients find this server at');
    expect(await behind(passOn, { path: '/auth' })).toContain('Clients find this server at');
  });

  it('says that nobody listens there', async () => {
    const nobody = await freePort();
    const server = await startServer({ env: { PUBLIC_URL: `http://localhost:${nobody}` } });
    expect(await verdict(server)).toMatch(/PUBLIC_URL cannot be reached from here .*ECONNREFUSED/);
  });

  it('says that somebody listens who never answers', async () => {
    const silent = net.createServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const { port } = silent.address() as net.AddressInfo;
    const server = await startServer({ env: { PUBLIC_URL: `http://localhost:${port}` } });
    expect(await verdict(server)).toContain('no answer within 5 s');
    silent.close();
  });

  it('names the path that is not passed on', async () => {
    const said = await behind((req, res) => {
      if (!req.url!.startsWith('/.well-known/oauth-protected-resource')) return false;
      res.writeHead(404).end();
      return true;
    });
    expect(said).toMatch(/answers 404: .*\/\.well-known\/oauth-protected-resource\/mcp, unchanged/);
  });

  it('names a redirect, which clients do not follow', async () => {
    const said = await behind((req, res) => {
      res.writeHead(301, { location: 'https://elsewhere.example/' }).end();
      return req.url !== undefined;
    });
    expect(said).toContain('answers 301, which clients do not follow');
  });

  it('sees that another server answers, and that a cache keeps an old document', async () => {
    const json =
      (body: object): Meddle =>
      (req, res) => {
        if (!req.url!.startsWith('/.well-known/oauth-authorization-server')) return false;
        const host = req.headers.host!;
        res.end(JSON.stringify({ issuer: `http://${host}`, ...body }));
        return true;
      };
    expect(await behind(json({ issuer: 'https://other.example' }))).toContain(
      'names the issuer https://other.example instead of',
    );
    expect(await behind(json({ scopes_supported: [] }))).toContain('a cache keeps an old one');
  });

  it('sees that the challenge gets lost', async () => {
    expect(await behind(passOn, { strip: ['www-authenticate'] })).toContain(
      'answers 401 without a challenge where clients expect 401',
    );
  });
});
