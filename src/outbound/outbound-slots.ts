import { OutboundRefused } from './outbound-refused.js';

interface Waiting {
  readonly host: string;
  readonly go: () => void;
}

export interface SlotBounds {
  readonly perHost: number;
  readonly total: number;
  readonly waiting: number;
}

/** Bounds how much is under way at once, so that nobody can make this server a hammer or tie it up. */
export class OutboundSlots {
  private readonly hosts = new Map<string, number>();
  private readonly queue: Waiting[] = [];
  private total = 0;

  constructor(private readonly bounds: SlotBounds = { perHost: 6, total: 64, waiting: 128 }) {}

  /** Waits for a slot until the signal aborts. @throws OutboundRefused busy */
  async run<T>(host: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.free(host)) this.take(host);
    else await this.wait(host, signal);
    try {
      return await work();
    } finally {
      this.release(host);
    }
  }

  private wait(host: string, signal: AbortSignal): Promise<void> {
    if (this.queue.length >= this.bounds.waiting) throw new OutboundRefused('busy');
    return new Promise((done, failed) => {
      const giveUp = () => {
        this.queue.splice(this.queue.indexOf(waiting), 1);
        failed(new OutboundRefused('busy'));
      };
      const waiting: Waiting = {
        host,
        go: () => {
          signal.removeEventListener('abort', giveUp);
          done();
        },
      };
      this.queue.push(waiting);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  private free(host: string): boolean {
    return this.total < this.bounds.total && (this.hosts.get(host) ?? 0) < this.bounds.perHost;
  }

  private take(host: string): void {
    this.total++;
    this.hosts.set(host, (this.hosts.get(host) ?? 0) + 1);
  }

  private release(host: string): void {
    this.total--;
    const left = this.hosts.get(host)! - 1;
    if (left > 0) this.hosts.set(host, left);
    else this.hosts.delete(host);
    const next = this.queue.findIndex((waiting) => this.free(waiting.host));
    if (next < 0) return;
    const [waiting] = this.queue.splice(next, 1);
    this.take(waiting!.host);
    waiting!.go();
  }
}
