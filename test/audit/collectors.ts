import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { certifiedKey } from '../support/x509.js';

export interface Received {
  headers: IncomingMessage['headers'];
  body: string;
}

/** An HTTP collector on loopback that answers what it is told to. */
export class HttpCollector {
  readonly received: Received[] = [];
  /** The status for a request; only those below 300 are kept. */
  answer: (body: string) => number = () => 200;
  refusals = 0;
  private constructor(private readonly server: Server) {}

  static async start(): Promise<HttpCollector> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const collector = new HttpCollector(server);
    server.on('request', (req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const status = collector.answer(body);
        if (status < 300) collector.received.push({ headers: req.headers, body });
        else collector.refusals++;
        res.writeHead(status).end();
      });
    });
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/audit`;
  }

  get events(): Record<string, unknown>[] {
    return this.received.flatMap(({ body }) =>
      body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    );
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A syslog listener by TLS (RFC 5425) on loopback. */
export class SyslogCollector {
  readonly messages: string[] = [];
  private constructor(
    private readonly server: TlsServer,
    readonly ca: string,
  ) {}

  static async start(): Promise<SyslogCollector> {
    const { privatePem, certificatePem } = certifiedKey({ host: 'localhost' });
    const server = createTlsServer({ key: privatePem, cert: certificatePem });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const collector = new SyslogCollector(server, certificatePem);
    server.on('secureConnection', (socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', () => undefined);
      socket.on('end', () => collector.messages.push(...framesOf(Buffer.concat(chunks))));
    });
    server.on('tlsClientError', () => undefined);
    return collector;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
  }
}

/** By their counted octets; anything else is an error. */
function framesOf(bytes: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const blank = bytes.indexOf(0x20, at);
    const length = Number(bytes.subarray(at, blank).toString());
    if (!Number.isInteger(length) || length < 1)
      throw new Error(`Not a frame: ${bytes.subarray(at, at + 20).toString()}`);
    frames.push(bytes.subarray(blank + 1, blank + 1 + length).toString());
    at = blank + 1 + length;
  }
  return frames;
}
