import { Duplex } from 'node:stream';
import type { PGlite } from '@electric-sql/pglite';

const QUERY = 0x51; // 'Q'
const SYNC = 0x53; // 'S'
const FLUSH = 0x48; // 'H'
const TERMINATE = 0x58; // 'X'

/**
 * The socket node-postgres believes it has: bytes of the PostgreSQL wire protocol go into PGlite in this
 * process and its answers come back. A statement is handed over only when it is whole (up to Sync or Query),
 * so that an error inside an extended query skips to its own Sync, as the protocol says.
 */
export class EmbeddedStream extends Duplex {
  private pending: Buffer[] = [];
  private size = 0;
  private started = false;

  constructor(private readonly engine: PGlite) {
    super();
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Answers are pushed when they exist.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.pending.push(chunk);
    this.size += chunk.length;
    this.forward().then(() => done(), done);
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    for (const { chunk } of chunks) {
      this.pending.push(chunk);
      this.size += chunk.length;
    }
    this.forward().then(() => done(), done);
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  private async forward(): Promise<void> {
    const input = this.pending.length === 1 ? this.pending[0]! : Buffer.concat(this.pending, this.size);
    const end = this.started ? endOfStatement(input) : endOfStartup(input);
    this.pending = end < input.length ? [input.subarray(end)] : [];
    this.size = input.length - end;
    if (end === 0) return;
    if (this.started && input[0] === TERMINATE) {
      this.push(null);
      return;
    }
    this.started = true;
    const answer = await this.engine.execProtocolRaw(input.subarray(0, end));
    if (answer.length > 0) this.push(Buffer.from(answer));
  }
}

/** Length of the first message, which alone has no type byte (PostgreSQL protocol, StartupMessage). */
function endOfStartup(input: Buffer): number {
  if (input.length < 4) return 0;
  const length = input.readUInt32BE(0);
  return input.length >= length ? length : 0;
}

/** Offset behind the last message after which the server must answer; 0 when there is none yet. */
function endOfStatement(input: Buffer): number {
  let at = 0;
  let end = 0;
  while (at + 5 <= input.length) {
    const next = at + 1 + input.readUInt32BE(at + 1);
    if (next > input.length) break;
    const type = input[at];
    if (type === QUERY || type === SYNC || type === FLUSH || type === TERMINATE) end = next;
    at = next;
  }
  return end;
}
