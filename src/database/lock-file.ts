import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../config/index.js';

const RETRY_MS = 100;

export interface Lock {
  release(): void;
}

/**
 * Takes it as soon as its holder is gone: a server that is started anew may have to wait for the one before, which
 * finishes what it serves. @throws ConfigError when its holder is alive after `ms`
 */
export async function takeLockWithin(file: string, ms: number): Promise<Lock> {
  for (const until = performance.now() + ms; ; await sleep(RETRY_MS)) {
    try {
      return takeLock(file);
    } catch (error) {
      if (!(error instanceof ConfigError) || performance.now() >= until) throw error;
    }
  }
}

/**
 * Takes a lock file that names this process. A lock left behind by a process that is gone is taken over.
 * @throws ConfigError when its holder is alive.
 */
export function takeLock(file: string): Lock {
  const mine = identity(process.pid);
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      return { release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = read(file);
    if (holder !== undefined && isAlive(holder) && holder !== mine) {
      throw new ConfigError([
        `DATA_DIR is in use by another process (${holder.split(' ')[0]}); two would lose data. ` +
          `Stop it, or set DATA_DIR to another folder. Lock: ${file}`,
      ]);
    }
    rmSync(file, { force: true });
  }
  throw new Error(`The lock ${file} could not be taken`);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // Released in between.
  }
}

/** Process id and, where the system tells, its start time: a process id alone may be another program by now. */
function identity(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return `${pid}`;
  }
}

function isAlive(holder: string): boolean {
  const pid = Number(holder.split(' ')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return identity(pid) === holder;
}
