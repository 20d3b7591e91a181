import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Stage } from './options.js';

const ENTRY = fileURLToPath(new URL('../bundle/server/main.js', import.meta.url));
const READY_MS = 20_000;
const STOP_MS = 8_000;

/** A server for this one play: on a free port, with data and passwords that nobody keeps. */
export class OwnServer {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-demo-'));
  private child: ChildProcess | undefined;
  private output = '';
  private ended = false;

  /** @throws Error with what the server wrote when it does not come up. */
  async start(): Promise<Stage> {
    const origin = `http://localhost:${await freePort()}`;
    const stage: Stage = {
      url: new URL('/mcp', origin),
      email: 'ada@example.com',
      password: randomBytes(18).toString('base64url'),
      clientId: 'operations',
      clientSecret: randomBytes(32).toString('hex'),
    };
    this.child = spawn(process.execPath, [ENTRY], {
      cwd: this.folder,
      env: this.environment(stage),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.once('close', () => (this.ended = true));
    await this.ready(origin);
    return stage;
  }

  async stop(): Promise<void> {
    this.child?.kill('SIGTERM');
    for (const until = Date.now() + STOP_MS; this.child && !this.ended; await sleep(25)) {
      if (Date.now() > until) this.child.kill('SIGKILL');
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** For an exit that waits for nothing. */
  kill(): void {
    this.child?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private environment({ url, email, password, clientId, clientSecret }: Stage): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      PORT: url.port,
      PUBLIC_URL: url.origin,
      DATA_DIR: join(this.folder, 'data'),
      BOOTSTRAP_ADMIN_EMAIL: email,
      BOOTSTRAP_ADMIN_PASSWORD: password,
      BOOTSTRAP_CLIENT_ID: clientId,
      BOOTSTRAP_CLIENT_SECRET: clientSecret,
      LOG_LEVEL: 'warn',
    };
  }

  private async ready(origin: string): Promise<void> {
    for (const until = Date.now() + READY_MS; !(await answers(`${origin}/health/ready`)); await sleep(50)) {
      if (this.ended) throw new Error(`The server ended before it was ready:\n${this.output}`);
      if (Date.now() > until)
        throw new Error(`The server was not ready after ${READY_MS} ms:\n${this.output}`);
    }
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  if (address === null || typeof address === 'string') throw new Error('No free port was found');
  return address.port;
}
