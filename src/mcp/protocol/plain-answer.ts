import type { ServerResponse } from 'node:http';

/** What proxies leave an idle connection alone for, and less. */
const KEEP_ALIVE_MS = 15_000;

/** The answer to a request of 2026-07-28: one JSON object, as nothing comes before the result. */
export function answerJson(response: ServerResponse, message: object): void {
  const text = JSON.stringify(message);
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

/**
 * The answer to a request of a 2025 revision: events, of which the last is the result. It begins with the first one, so
 * that until then somebody else can answer.
 */
export class PlainEvents {
  private readonly timer = setInterval(() => this.write(': keepalive\n\n'), KEEP_ALIVE_MS);
  private stopped = false;

  constructor(private readonly response: ServerResponse) {}

  get begun(): boolean {
    return this.response.headersSent;
  }

  /** @throws TypeError for what cannot be said in JSON */
  send(message: object): void {
    this.write(eventOf(message));
  }

  end(message: object): void {
    this.stop();
    this.begin();
    this.response.end(eventOf(message));
  }

  /** With what somebody else says in events of the same kind. */
  async endAs(answer: Response): Promise<void> {
    const text = await answer.text();
    this.stop();
    this.response.end(text);
  }

  /** Call when somebody else answers. */
  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  private write(text: string): void {
    if (this.stopped || this.response.destroyed || this.response.writableEnded) return;
    this.begin();
    this.response.write(text);
  }

  private begin(): void {
    if (this.begun) return;
    this.response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    });
  }
}

const eventOf = (message: object): string => `event: message\ndata: ${JSON.stringify(message)}\n\n`;
