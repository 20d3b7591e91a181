import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A listener that nobody has a reason to call; it keeps what was asked of it. */
export class Canary {
  readonly hits: string[] = [];

  private constructor(private readonly server: Server) {}

  /** Whoever calls is answered `body` as JSON. */
  static async start(body: unknown = {}): Promise<Canary> {
    const server = createServer((req, res) => {
      canary.hits.push(req.url ?? '');
      res.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
    const canary = new Canary(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return canary;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
