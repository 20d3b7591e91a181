import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from './server.js';

type Json = Record<string, unknown>;

/** What is answered at a path. A `body` that is no text is sent as JSON. */
export interface Page {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer | Json;
  /** Milliseconds before the answer. */
  after?: number;
  /** Takes the request and never answers, or sends one byte after the other. */
  never?: 'answers' | 'ends';
}

export interface SiteRequest {
  path: string;
  headers: IncomingHttpHeaders;
}

/** A certificate for localhost that a server trusts when `NODE_EXTRA_CA_CERTS` names its file. */
export function selfSigned(): { cert: string; key: string } {
  const folder = temporaryFolder();
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  return { cert, key };
}

/** The web site of somebody who publishes metadata documents; also a canary that counts who comes. */
export class DocumentSite {
  readonly requests: SiteRequest[] = [];
  connections = 0;
  private readonly pages = new Map<string, Page>();
  private paths = 0;

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async start(tls?: { cert: string; key: string }): Promise<DocumentSite> {
    const server = tls
      ? createHttpsServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) })
      : createHttpServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const site = new DocumentSite(server, tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`);
    server.on('connection', () => site.connections++);
    server.on('request', (req, res) => {
      const path = req.url ?? '';
      site.requests.push({ path, headers: req.headers });
      const {
        status = 200,
        headers = {},
        body = '',
        after = 0,
        never,
      } = site.pages.get(path) ?? { status: 404 };
      if (never === 'answers') return;
      if (never === 'ends') {
        res.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => res.write(' '), 100);
        return void res.on('close', () => clearInterval(timer));
      }
      const plain = typeof body === 'string' || Buffer.isBuffer(body);
      setTimeout(() => {
        res
          .writeHead(status, { 'content-type': 'application/json', ...headers })
          .end(status === 304 ? undefined : plain ? body : JSON.stringify(body));
      }, after);
    });
    return site;
  }

  get port(): number {
    return Number(new URL(this.origin).port);
  }

  /** A path of its own for each. */
  newUrl(): string {
    return `${this.origin}/client-${++this.paths}.json`;
  }

  show(url: string, page: Page): void {
    this.pages.set(url.slice(this.origin.length), page);
  }

  /** Publishes a client at a new URL; `over` replaces members, `undefined` takes one away. */
  publish(over: Json = {}, page: Page = {}): string {
    const url = this.newUrl();
    this.show(url, { ...page, body: clientDocument(url, over) });
    return url;
  }

  countOf(url: string): number {
    return this.requests.filter(({ path }) => path === url.slice(this.origin.length)).length;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

export const clientDocument = (url: string, over: Json = {}): Json => ({
  client_id: url,
  client_name: 'Test app',
  redirect_uris: ['https://app.example/cb'],
  token_endpoint_auth_method: 'none',
  ...over,
});
