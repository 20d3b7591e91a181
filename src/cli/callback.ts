import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

const PATH = '/callback';

/**
 * Waits on 127.0.0.1 for the answer to one authorization request (RFC 8252 §7.3). What does not carry its `state` is
 * refused and not looked at any further, so that no other page can push an answer in or end the waiting.
 */
export class Callback {
  /** Requests that were not the answer. */
  refused = 0;
  private readonly answered: Promise<URL>;
  private settle: (answer: URL) => void = () => undefined;

  private constructor(
    private readonly server: Server,
    private readonly state: string,
  ) {
    this.answered = new Promise((settle) => (this.settle = settle));
    server.on('request', (req: IncomingMessage, res: ServerResponse) => this.receive(req, res));
  }

  static async listen(port: number, state: string): Promise<Callback> {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new Callback(server, state);
  }

  get redirectUri(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${PATH}`;
  }

  /** @throws Error when nobody answers in time */
  async answer(timeoutSeconds: number): Promise<URL> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, fail) => {
      timer = setTimeout(() => fail(new Error('Nobody signed in in time')), timeoutSeconds * 1_000);
    });
    try {
      return await Promise.race([this.answered, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private receive(req: IncomingMessage, res: ServerResponse): void {
    const url = new URL(req.url ?? '/', this.redirectUri);
    const states = url.searchParams.getAll('state');
    const isAnswer =
      req.method === 'GET' && url.pathname === PATH && states.length === 1 && states[0] === this.state;
    res.writeHead(isAnswer ? 200 : 400, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    });
    if (isAnswer) {
      res.end('You can close this window and go back to the terminal.\n', () => this.settle(url));
    } else {
      this.refused++;
      res.end('This is not the answer that is waited for.\n');
    }
  }
}
