import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { takeLock, takeLockWithin } from './lock-file.js';

describe('a lock file', () => {
  let folder: string;
  let file: string;
  let other: ChildProcess | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-lock-'));
    file = join(folder, 'lock');
  });

  afterEach(() => {
    other?.kill('SIGKILL');
    other = undefined;
    rmSync(folder, { recursive: true });
  });

  it('names the process that holds it and is gone when released', () => {
    const lock = takeLock(file);
    expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^${process.pid}\\b`));
    lock.release();
    expect(existsSync(file)).toBe(false);
  });

  it('is refused while the process it names is alive, and says which and what to do', async () => {
    const pid = await holder();
    writeFileSync(file, identityOf(pid));
    expect(() => takeLock(file)).toThrow(new RegExp(`\\(${pid}\\).*DATA_DIR`));
    expect(readFileSync(file, 'utf8')).toBe(identityOf(pid));
  });

  it('is taken over from a process that is gone', async () => {
    const pid = await holder();
    writeFileSync(file, identityOf(pid));
    const ended = new Promise((done) => other?.once('close', done));
    other?.kill('SIGKILL');
    await ended;
    expect(() => takeLock(file)).not.toThrow();
    expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^${process.pid}\\b`));
  });

  it('is taken over when another program has the process id by now', async () => {
    const pid = await holder();
    writeFileSync(file, `${pid} 1`);
    expect(() => takeLock(file)).not.toThrow();
  });

  it.each(['', 'nonsense', '-1', '0', '99999999999'])('is taken over when it says %p', (text) => {
    writeFileSync(file, text);
    expect(() => takeLock(file)).not.toThrow();
  });

  it('is waited for while its holder finishes', async () => {
    writeFileSync(file, identityOf(await holder()));
    const taken = takeLockWithin(file, 10_000);
    setTimeout(() => rmSync(file), 200);
    (await taken).release();
    expect(existsSync(file)).toBe(false);
  });

  it('is taken over as soon as a holder that one waits for is gone', async () => {
    writeFileSync(file, identityOf(await holder()));
    const taken = takeLockWithin(file, 10_000);
    setTimeout(() => other?.kill('SIGKILL'), 200);
    (await taken).release();
  });

  it('is refused when its holder is still there after the time', async () => {
    const pid = await holder();
    writeFileSync(file, identityOf(pid));
    await expect(takeLockWithin(file, 250)).rejects.toThrow(`(${pid})`);
    expect(readFileSync(file, 'utf8')).toBe(identityOf(pid));
  });

  it('tells why when the folder does not exist', () => {
    expect(() => takeLock(join(folder, 'missing', 'lock'))).toThrow(/ENOENT/);
  });

  async function holder(): Promise<number> {
    other = spawn('sleep', ['60']);
    await new Promise((done) => other?.once('spawn', done));
    return other.pid!;
  }

  /** As the holder itself would have written it: its id and when it started. */
  function identityOf(pid: number): string {
    if (!existsSync(`/proc/${pid}/stat`)) return `${pid}`;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  }
});
