import { spawn, type ChildProcess } from 'node:child_process';
import { afterAll } from '@jest/globals';
import { sleep } from './server-process.js';

const running = new Set<Shell>();
afterAll(() => Promise.all([...running].map((shell) => shell.stop())));

/** A command as somebody types it, in a process group of its own, so that everything it starts ends with it. */
export class Shell {
  output = '';
  private readonly child: ChildProcess;
  private readonly exited: Promise<number>;
  private isOver = false;

  constructor(command: string, cwd: string, env: Readonly<Record<string, string>> = {}) {
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(command, {
      cwd,
      shell: true,
      detached: true,
      env: { PATH, HOME, npm_config_update_notifier: 'false', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (part: Buffer) => (this.output += part.toString('utf8')));
    this.child.stderr?.on('data', (part: Buffer) => (this.output += part.toString('utf8')));
    running.add(this);
    this.exited = new Promise((done) => {
      this.child.once('close', (code) => {
        this.isOver = true;
        running.delete(this);
        done(code ?? 1);
      });
    });
  }

  /** @throws Error with everything that was said when it ends with anything but 0 */
  async succeeds(): Promise<string> {
    const code = await this.exited;
    if (code !== 0) throw new Error(`It ended with ${code}:\n${this.output}`);
    return this.output;
  }

  /** Waits for something. @throws Error with everything that was said when it ends before, or after `ms` */
  async until(what: () => boolean | Promise<boolean>, ms: number): Promise<void> {
    for (const deadline = Date.now() + ms; !(await what()); await sleep(200)) {
      if (this.isOver || Date.now() > deadline)
        throw new Error(`${this.isOver ? 'It ended' : 'It took too long'}:\n${this.output}`);
    }
  }

  /** As Ctrl-C does it: everybody in the group is told. Answers the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number> {
    if (this.child.pid !== undefined && !this.isOver) process.kill(-this.child.pid, signal);
    return this.exited;
  }

  /** Tells the command alone, as a supervisor does it: one that begins with `exec`. Answers the exit code. */
  async terminate(): Promise<number> {
    this.child.kill('SIGTERM');
    return this.exited;
  }
}
