import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { EmbeddedStream } from './embedded-stream.js';
import { takeLockWithin, type Lock } from './lock-file.js';

/** A data directory in which the migrations have run already, made by `npm run build`. */
const SNAPSHOT = join(import.meta.dirname, '../../embedded-snapshot');

/** One connection and the files in the memory of the system: of 128 MB, which is usual, most would only be zeroed. */
const START_PARAMS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'];

/** Longer than a server takes to finish what it serves. */
const SHUTDOWN_MS = 8_000;

/** PostgreSQL inside this process, its data in a folder that only one process may open. */
export class EmbeddedDatabase {
  private constructor(
    private readonly engine: PGlite,
    private readonly lock: Lock,
  ) {}

  /** @throws Error when another process holds the data directory. */
  static async open(dataDir: string): Promise<EmbeddedDatabase> {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const lock = await takeLockWithin(join(dataDir, 'lock'), SHUTDOWN_MS);
    try {
      const folder = join(dataDir, 'postgres');
      if (!existsSync(folder)) layOut(folder);
      return new EmbeddedDatabase(await PGlite.create({ dataDir: folder, startParams: START_PARAMS }), lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** For node-postgres: one connection, spoken to in memory. */
  readonly poolOptions = {
    max: 1,
    connectionTimeoutMillis: 15_000,
    stream: () => new EmbeddedStream(this.engine),
  };

  async close(): Promise<void> {
    await this.engine.close();
    this.lock.release();
  }
}

/** Copies the snapshot beside its place and renames it, so that a kill in between leaves no half database. */
function layOut(folder: string): void {
  if (!existsSync(SNAPSHOT)) return;
  const making = `${folder}.new`;
  rmSync(making, { recursive: true, force: true });
  copyFolder(SNAPSHOT, making);
  renameSync(making, folder);
}

/** A thousand small files: `cpSync` asks the system four more questions about each. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to, { mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyFolder(source, target);
    else copyFileSync(source, target);
  }
}
