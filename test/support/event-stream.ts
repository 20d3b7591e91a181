import { setTimeout as sleep } from 'node:timers/promises';

export interface SentEvent {
  id?: string;
  event?: string;
  data?: string;
}

/** A reader of server-sent events. */
export class EventStream {
  readonly events: SentEvent[] = [];
  readonly status: Promise<number>;
  /** Resolves when the server has ended it. */
  readonly ended: Promise<void>;
  private readonly controller = new AbortController();
  private text = '';

  constructor(url: string, headers: Record<string, string>) {
    const { signal } = this.controller;
    const response = fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal });
    this.status = response.then(({ status }) => status);
    this.ended = response.then((answer) => this.read(answer)).catch(() => undefined);
    this.status.catch(() => undefined);
  }

  /** The data of the events so far, parsed. */
  get data(): Record<string, unknown>[] {
    return this.events
      .filter(({ data }) => data !== undefined)
      .map(({ data }) => JSON.parse(data!) as Record<string, unknown>);
  }

  get lastId(): string | undefined {
    return this.events.findLast(({ id }) => id !== undefined)?.id;
  }

  close(): void {
    this.controller.abort();
  }

  async until(met: (stream: this) => boolean, ms = 10_000): Promise<void> {
    for (const end = Date.now() + ms; !met(this); await sleep(25))
      if (Date.now() > end)
        throw new Error(`Not met after ${ms} ms; came: ${JSON.stringify(this.events).slice(0, 2_000)}`);
  }

  private async read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      this.text += decoder.decode(chunk, { stream: true });
      const blocks = this.text.split('\n\n');
      this.text = blocks.pop() ?? '';
      this.events.push(...blocks.filter((block) => !block.startsWith(':')).map(parse));
    }
  }
}

const parse = (block: string): SentEvent =>
  Object.fromEntries(
    block.split('\n').map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)];
    }),
  );
