import { execFileSync, spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { freePort } from './server-process.js';

const clusters = new Set<PostgresCluster>();
afterAll(() => {
  for (const cluster of clusters) cluster.destroy();
});

/** The folder with initdb and pg_ctl, or undefined when PostgreSQL is not installed on this machine. */
export function postgresBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const candidates = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return candidates.find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')),
  );
}

/** A PostgreSQL server of the test's own, to be stopped under a running Gatehouse; destroyed with the test file. */
export class PostgresCluster {
  private constructor(
    private readonly binaries: string,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async create(): Promise<PostgresCluster> {
    const binaries = postgresBinaries();
    if (!binaries)
      throw new Error('initdb and pg_ctl were not found; guard the test with describeWithPostgresCluster');
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pg-'));
    const cluster = new PostgresCluster(binaries, folder, await freePort());
    clusters.add(cluster);
    const user = unprivilegedUser();
    if (user) chownSync(folder, user.uid, user.gid);
    cluster.run('initdb', ['-D', cluster.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']);
    cluster.start();
    return cluster;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  start(): void {
    const settings = `-p ${this.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`;
    this.run('pg_ctl', ['-D', this.data, '-w', '-o', settings, '-l', join(this.folder, 'log'), 'start']);
  }

  /** `fast` ends connections; `immediate` is a crash. */
  stop(mode: 'fast' | 'immediate' = 'fast'): void {
    this.run('pg_ctl', ['-D', this.data, '-w', '-m', mode, 'stop']);
  }

  destroy(): void {
    clusters.delete(this);
    if (existsSync(join(this.data, 'postmaster.pid'))) this.stop('immediate');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.folder, 'data');
  }

  private run(program: string, args: string[]): void {
    const user = unprivilegedUser();
    // Their output goes nowhere: the server inherits it and would keep a pipe open for ever.
    const options: SpawnSyncOptions = { cwd: this.folder, stdio: 'ignore', timeout: 30_000, ...user };
    const { status, error } = spawnSync(join(this.binaries, program), args, options);
    if (status !== 0)
      throw new Error(`${program} ended with ${status ?? error?.message}; see ${this.folder}`);
  }
}

/** PostgreSQL refuses to run as root; for root the ids of a user who may run it. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((flag) =>
        Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] })),
      );
      if (uid !== undefined && gid !== undefined) return { uid, gid };
    } catch {
      continue;
    }
  }
  throw new Error('PostgreSQL cannot run as root, and there is no user postgres or nobody');
}
