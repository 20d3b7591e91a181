import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A letter as it arrived. */
export interface Arrived {
  readonly from: string;
  readonly to: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Everything, as it came over the wire. */
  readonly raw: string;
}

const PATIENCE_MS = 15_000;

/** A mail server of the test’s own: takes everything (RFC 5321), keeps it, and can be told to refuse. */
export class Mailbox {
  readonly letters: Arrived[] = [];
  /** What it answers to the recipients that come now, instead of taking them. */
  refuse: string | undefined;
  /** What clients said, line by line, without the letters. */
  readonly commands: string[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => this.serve(socket));
  private waiting: (() => void)[] = [];

  async start(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** What the configuration of a server needs. */
  get config(): object {
    return { smtp: { host: '127.0.0.1', port: this.port }, from: 'Gatehouse <no-reply@gatehouse.example>' };
  }

  /** Takes the first letter that fits out of the box, and waits until there is one. */
  async take(to: string, subject = /./): Promise<Arrived> {
    const letter = await this.until(() => {
      const at = this.letters.findIndex((one) => one.to === to && subject.test(one.subject));
      return at < 0 ? undefined : this.letters.splice(at, 1)[0];
    });
    if (letter) return letter;
    const there = this.letters.map((one) => `${one.to}: ${one.subject}`).join('; ');
    throw new Error(`No letter to ${to} with ${String(subject)}; there are: ${there}`);
  }

  /** Waits until something is so; `undefined` when it never is. */
  async until<T>(find: () => T | undefined): Promise<T | undefined> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = find();
      if (found !== undefined || Date.now() > deadline) return found;
      await new Promise<void>((done) => {
        const timer = setTimeout(done, 200);
        this.waiting.push(() => {
          clearTimeout(timer);
          done();
        });
      });
    }
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    const say = (line: string) => socket.write(`${line}\r\n`);
    let rest = '';
    let data = false;
    let envelope = { from: '', to: '' };
    say('220 mailbox.test ESMTP');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      rest += chunk;
      for (;;) {
        const end = rest.indexOf(data ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const part = rest.slice(0, end);
        rest = rest.slice(end + (data ? 5 : 2));
        if (data) {
          data = false;
          this.keep(envelope, part);
          say('250 taken');
          continue;
        }
        this.commands.push(part);
        const [verb = ''] = part.toUpperCase().split(/[ :]/);
        const address = /<([^>]*)>/.exec(part)?.[1] ?? '';
        if (verb === 'MAIL') envelope = { from: address, to: '' };
        if (verb === 'RCPT') envelope.to = address;
        if (verb === 'RCPT' && this.refuse) say(this.refuse);
        else if (verb === 'DATA') {
          data = true;
          say('354 go on');
        } else say(verb === 'QUIT' ? '221 bye' : verb === 'EHLO' ? '250 mailbox.test' : '250 ok');
        if (verb === 'QUIT') socket.end();
      }
    });
  }

  private keep(envelope: { from: string; to: string }, raw: string): void {
    this.letters.push({ ...envelope, ...parse(raw.replaceAll('\r\n..', '\r\n.')), raw });
    for (const wake of this.waiting.splice(0)) wake();
  }
}

/** The only link of a letter, in its text and its HTML alike. */
export function linkIn({ text, html }: Arrived): URL {
  const found = /https?:\/\/\S+\/link\/\S+/.exec(text)?.[0];
  if (!found || !html.includes(`href="${found}"`)) throw new Error(`The letter has no link: ${text}`);
  return new URL(found);
}

/** RFC 2045 and RFC 2046, as far as this server’s letters need it. */
function parse(raw: string): Pick<Arrived, 'headers' | 'subject' | 'text' | 'html'> {
  const { headers, body } = split(raw);
  const boundary = /boundary="?([^";]+)/.exec(headers['content-type'] ?? '')?.[1];
  const parts = boundary
    ? body
        .split(`--${boundary}`)
        .slice(1, -1)
        .map((part) => split(part.trimStart()))
    : [];
  const content = (type: string) => {
    const part = parts.find((one) => one.headers['content-type']?.startsWith(type));
    return part ? decode(part.body, part.headers['content-transfer-encoding']) : '';
  };
  return {
    headers,
    subject: words(headers['subject'] ?? ''),
    text: content('text/plain'),
    html: content('text/html'),
  };
}

function split(raw: string): { headers: Record<string, string>; body: string } {
  const end = raw.indexOf('\r\n\r\n');
  const head = raw.slice(0, end).replace(/\r\n[ \t]+/g, ' ');
  const headers: Record<string, string> = {};
  for (const line of head.split('\r\n')) {
    const at = line.indexOf(':');
    if (at > 0) headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  return { headers, body: raw.slice(end + 4) };
}

function decode(body: string, encoding = '7bit'): string {
  if (encoding.toLowerCase() === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding.toLowerCase() !== 'quoted-printable') return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** RFC 2047 */
function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_, kind: string, coded: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(coded, 'base64').toString('utf8')
        : decode(coded.replaceAll('_', ' '), 'quoted-printable'),
    );
}

/** For a server whose letters nobody waits for: it takes them, and cannot send them. */
export const NO_MAILBOX = { from: 'Gatehouse <no-reply@example.com>', smtp: { host: '127.0.0.1', port: 9 } };
