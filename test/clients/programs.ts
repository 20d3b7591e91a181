import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Need } from '../support/describe-where.js';
import { packagedNode } from '../support/packaged-node.js';
import { temporaryFolder } from '../support/server.js';
import { freePort, sleep } from '../support/server-process.js';

const modules = fileURLToPath(new URL('node_modules', import.meta.url));
const bridge = join(modules, 'mcp-remote/dist/proxy.js');
const inspector = join(modules, '@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const newerNode = packagedNode(modules);
const BROWSER_MS = 30_000;
/** It may open a browser although nobody sits at a terminal, and there is no keychain to ask. */
const INSPECTOR_HERE = { MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file' };

/** Programs that people run, as they are published. */
export const CLIENTS: Need = {
  part: 'clients',
  missing:
    newerNode && [bridge, inspector].every((path) => existsSync(path))
      ? undefined
      : 'the clients are not there: npm ci --prefix test/clients',
};

/** A computer with a home of its own, whose browser only writes down what it is told to open. */
export class Desk {
  private readonly home = temporaryFolder();
  private readonly visited = join(this.home, 'visited');
  private seen = 0;

  constructor() {
    writeFileSync(this.visited, '');
    writeFileSync(this.browser, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${this.visited}'\n`);
    chmodSync(this.browser, 0o755);
  }

  /** mcp-remote, as a desktop app starts it for a server that it can only reach over HTTP. */
  bridgeTo(url: string, ...options: string[]): StdioClientTransport {
    const args = [bridge, url, ...options];
    return new StdioClientTransport({ command: process.execPath, args, env: this.env(), stderr: 'pipe' });
  }

  /** The Inspector without its web page. */
  async inspect(url: string, ...options: string[]): Promise<Inspected> {
    const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`;
    const args = [inspector, '--cli', url, '--format', 'json', '--callback-url', callback, ...options];
    const child = spawn(newerNode!, args, { env: this.env(), stdio: ['ignore', 'pipe', 'pipe'] });
    return outcomeOf(child);
  }

  /** What was opened in the browser since the last time; waits for the first. */
  async opened(): Promise<URL> {
    for (const deadline = Date.now() + BROWSER_MS; Date.now() < deadline; await sleep(50)) {
      const url = this.urls[this.seen];
      if (url === undefined) continue;
      this.seen += 1;
      return new URL(url);
    }
    throw new Error('No browser was opened');
  }

  /** How often a browser was opened. */
  get visits(): number {
    return this.urls.length;
  }

  private get urls(): string[] {
    return readFileSync(this.visited, 'utf8').split('\n').filter(Boolean);
  }

  private get browser(): string {
    return join(this.home, 'browser');
  }

  private env(): Record<string, string> {
    const { PATH = '' } = process.env;
    return { PATH, HOME: this.home, BROWSER: this.browser, ...INSPECTOR_HERE };
  }
}

export interface Inspected {
  readonly exitCode: number | null;
  readonly errors: string;
  // What it prints depends on what it was asked; each test states what it expects.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly printed: any;
}

async function outcomeOf(child: ChildProcess): Promise<Inspected> {
  let [output, errors] = ['', ''];
  child.stdout?.on('data', (part: Buffer) => (output += part.toString('utf8')));
  child.stderr?.on('data', (part: Buffer) => (errors += part.toString('utf8')));
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, errors, printed: output.startsWith('{') ? JSON.parse(output) : output };
}
