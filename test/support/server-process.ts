import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { SHORT_LIVED } from './short-lived.mjs';

/** What ships, or what the compiler alone has made while one is at work. */
const ENTRY = ['bundle/server', 'src']
  .map((folder) => fileURLToPath(new URL(`../../dist/${folder}/main.js`, import.meta.url)))
  .find((path) => existsSync(path))!;
const READY_MS = 50_000;
const STOP_MS = 15_000;

/** The built server as a process of its own, with nothing in its environment but what it is given. */
export class ServerProcess {
  output = '';
  private readonly child: ChildProcess;
  private readonly exited: Promise<number>;
  private exitCode: number | undefined;

  constructor(env: Record<string, string>, cwd: string, entry: string = ENTRY) {
    this.child = spawn(process.execPath, [...SHORT_LIVED, entry], {
      cwd,
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    const letGo = guard(this.child.pid);
    this.exited = new Promise((done) => {
      this.child.once('error', (error) => (this.output += `\n${error.message}`));
      this.child.once('close', (code, signal) => {
        letGo();
        this.exitCode = code ?? (signal === 'SIGKILL' ? 137 : 143);
        done(this.exitCode);
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** @throws Error with everything the server wrote when it ends or stays silent instead. */
  async ready(base: string): Promise<void> {
    const deadline = Date.now() + READY_MS;
    while (!(await answersReady(base))) {
      if (this.exitCode !== undefined)
        throw new Error(`The server ended with ${this.exitCode} before it was ready:\n${this.output}`);
      if (Date.now() > deadline) {
        await this.kill();
        throw new Error(`The server was not ready after ${READY_MS} ms:\n${this.output}`);
      }
      await sleep(50);
    }
  }

  exit(): Promise<number> {
    return this.exited;
  }

  async stop(): Promise<number> {
    this.child.kill('SIGTERM');
    const impatience = setTimeout(() => {
      this.output += `\nThe server did not stop within ${STOP_MS} ms after SIGTERM and was killed.\n`;
      this.child.kill('SIGKILL');
    }, STOP_MS);
    const code = await this.exited;
    clearTimeout(impatience);
    return code;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

/** Below what systems give to connections that leave, so that nobody gets the port before the server does. */
const PORTS = { first: 12_000, perWorker: 4_000 };
let lastPort = Math.floor(Math.random() * PORTS.perWorker);

/** A port that nobody listens on, and no other worker will be given. */
export async function freePort(): Promise<number> {
  const worker = Number(process.env.JEST_WORKER_ID ?? 1) % 5;
  for (;;) {
    lastPort = (lastPort + 1) % PORTS.perWorker;
    const port = PORTS.first + worker * PORTS.perWorker + lastPort;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const free = await new Promise<boolean>((done) => {
    probe.once('error', () => done(false)).listen(port, '127.0.0.1', () => done(true));
  });
  if (free) await new Promise((done) => probe.close(done));
  return free;
}

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function cleanEnvironment(env: Record<string, string>): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, ...Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')) };
}

async function answersReady(base: string): Promise<boolean> {
  try {
    const response = await fetch(`${base}/health/ready`, {
      signal: AbortSignal.timeout(2_000),
      headers: { connection: 'close' },
    });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** Ends the server when the process that runs the tests is gone, however it went: the pipe closes. */
function guard(pid: number | undefined): () => void {
  if (pid === undefined) return () => undefined;
  const watcher = spawn('sh', ['-c', 'read -r _; kill -9 "$1" 2>/dev/null', 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.on('error', () => undefined);
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return () => watcher.kill('SIGKILL');
}
