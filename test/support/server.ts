import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { stringify } from 'yaml';
import { createDatabase, query } from './postgres.js';
import { freePort, ServerProcess } from './server-process.js';

export const ADMIN_EMAIL = 'admin@example.com';
export const ADMIN_PASSWORD = 'correct horse battery staple';
export const OPS_CLIENT_ID = 'ops';
export const OPS_CLIENT_SECRET = '8f2d61c3b4a79e05d1f6a8273c9be450e7d4135fa6027bc98d31e5f4076ab2c9';
const TEST_ENCRYPTION_KEYS = '1:q83vEjRWeJq83vEjRWeJqwHPkrI2bXDlcA7kUYh2Zjc=';

export interface ServerOptions {
  /** Beside and over the defaults; an empty value takes a default away. */
  env?: Record<string, string>;
  /** Written as YAML to the file that GATEHOUSE_CONFIG names. */
  config?: object;
  /** URL of a database to share between replicas; without it each server gets one of its own. */
  database?: string;
  /** Of the embedded database. */
  dataDir?: string;
  port?: number;
  /** Path of another main than the one that ships. */
  entry?: string;
}

/** The built server running as a separate process, as it ships. */
export interface TestServer {
  /** The issuer, `PUBLIC_URL`. */
  readonly url: string;
  /** Where this process listens, which for a second replica is not what `PUBLIC_URL` says. */
  readonly origin: string;
  /** `origin` with the path of `PUBLIC_URL`: what requests to this very process begin with. */
  readonly base: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
  /** Only on a real PostgreSQL. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** Everything written to stdout and stderr so far, over restarts too. */
  output(): string;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number>;
  /** SIGKILL */
  kill(): Promise<void>;
  /** The same data and port again; stops it before if it runs. */
  restart(): Promise<void>;
  /** Asks the server's database directly; only on a real PostgreSQL. */
  sql<T = Record<string, unknown>>(text: string, values?: unknown[]): Promise<T[]>;
}

const running = new Set<ServerProcess>();
const folders: string[] = [];
afterAll(async () => {
  await Promise.all([...running].map((server) => server.kill()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Starts a server and waits until it is ready; it is ended with the test file at the latest. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  for (let attempt = 1; ; attempt++) {
    const setting = await prepare(options);
    try {
      const server = new Started(setting);
      await server.start();
      return server;
    } catch (error) {
      // Somebody else took the port in between.
      if (attempt === 3 || options.port !== undefined || !String(error).includes('EADDRINUSE')) throw error;
    }
  }
}

/** Starts a server that is expected to end by itself, and waits for that. */
export async function runToExit(options: ServerOptions = {}): Promise<{ code: number; output: string }> {
  const { env, folder } = await prepare(options);
  const server = track(new ServerProcess(env, folder));
  const code = await server.exit();
  return { code, output: server.output };
}

/** A folder that is removed with the test file at the latest. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(process.env.GATEHOUSE_TEST_FOLDER ?? tmpdir(), 'server-'));
  folders.push(folder);
  return folder;
}

interface Setting {
  env: Record<string, string>;
  port: number;
  folder: string;
  dataDir: string;
  databaseUrl: string | undefined;
  entry: string | undefined;
}

async function prepare(options: ServerOptions): Promise<Setting> {
  const folder = temporaryFolder();
  const port = options.port ?? (await freePort());
  const databaseUrl =
    options.database ?? (process.env.DATABASE_URL && !options.dataDir ? await createDatabase() : undefined);
  const dataDir = options.dataDir ?? join(folder, 'data');
  const configFile = join(folder, 'gatehouse.yaml');
  if (options.config) writeFileSync(configFile, stringify(options.config));
  const env = {
    PORT: String(port),
    PUBLIC_URL: `http://localhost:${port}`,
    DATA_DIR: dataDir,
    BOOTSTRAP_ADMIN_EMAIL: ADMIN_EMAIL,
    BOOTSTRAP_ADMIN_PASSWORD: ADMIN_PASSWORD,
    BOOTSTRAP_CLIENT_ID: OPS_CLIENT_ID,
    BOOTSTRAP_CLIENT_SECRET: OPS_CLIENT_SECRET,
    LOG_LEVEL: 'info',
    ...(databaseUrl && { DATABASE_URL: databaseUrl, ENCRYPTION_KEYS: TEST_ENCRYPTION_KEYS }),
    ...(options.config && { GATEHOUSE_CONFIG: configFile }),
    ...options.env,
  };
  return { env, port, folder, dataDir, databaseUrl, entry: options.entry };
}

class Started implements TestServer {
  private process: ServerProcess | undefined;
  private earlier = '';

  constructor(private readonly setting: Setting) {}

  get url(): string {
    return this.env.PUBLIC_URL?.replace(/\/+$/, '') ?? `http://localhost:${this.port}`;
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  get base(): string {
    return this.origin + new URL(this.url).pathname.replace(/\/$/, '');
  }

  get port(): number {
    return this.setting.port;
  }

  get env(): Readonly<Record<string, string>> {
    return this.setting.env;
  }

  get pid(): number {
    return this.process?.pid ?? -1;
  }

  get dataDir(): string {
    return this.setting.dataDir;
  }

  get databaseUrl(): string | undefined {
    return this.setting.databaseUrl;
  }

  async start(): Promise<void> {
    this.process = track(new ServerProcess(this.env, this.setting.folder, this.setting.entry));
    await this.process.ready(this.base);
  }

  output(): string {
    return this.earlier + (this.process?.output ?? '');
  }

  async stop(): Promise<number> {
    if (!this.process) throw new Error('The server was never started');
    return this.process.stop();
  }

  async kill(): Promise<void> {
    await this.process?.kill();
  }

  async restart(): Promise<void> {
    if (this.process && running.has(this.process)) await this.stop();
    this.earlier = this.output();
    await this.start();
  }

  async sql<T>(text: string, values: unknown[] = []): Promise<T[]> {
    if (!this.databaseUrl)
      throw new Error('This server has the embedded database; guard the test with describeOnPostgres');
    return query<T>(this.databaseUrl, text, values);
  }
}

function track(server: ServerProcess): ServerProcess {
  running.add(server);
  void server.exit().then(() => running.delete(server));
  return server;
}
