import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packagedNode } from '../support/packaged-node.js';
import { temporaryFolder } from '../support/server.js';
import type { Need } from '../support/describe-where.js';

const folder = fileURLToPath(new URL('node_modules', import.meta.url));
const main = join(folder, '@modelcontextprotocol/conformance/dist/index.js');
const node = packagedNode(folder);

/** The public suite of the protocol's authors. */
export const CONFORMANCE: Need = {
  part: 'conformance',
  missing: node && existsSync(main) ? undefined : 'the suite is not there: npm ci --prefix test/conformance',
};

export interface Verdict {
  readonly passed: readonly string[];
  /** Scored scenarios with a check that failed. */
  readonly failed: readonly string[];
  readonly exitCode: number | null;
  readonly output: string;
}

export function startSuite(args: readonly string[]): ChildProcess {
  return spawn(node!, [main, ...args, '-o', temporaryFolder()], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs the scenarios that the frozen list of a revision requires of a server. */
export async function requirements(revision: string, url: string): Promise<Verdict> {
  const suite = startSuite(['server', '--url', url, '--requirements', revision]);
  const { exitCode, output } = await ended(suite);
  const [summary = '', unscored = ''] = output.slice(output.indexOf('=== SUMMARY')).split(/^Not scored/m);
  const names = (text: string, mark: string) =>
    [...text.matchAll(new RegExp(`^ *${mark} ([\\w-]+)`, 'gm'))].map(([, name]) => name ?? '');
  const others = new Set([...names(unscored, '✓'), ...names(unscored, '✗')]);
  const scored = (mark: string) => names(summary, mark).filter((name) => !others.has(name));
  return { passed: scored('✓'), failed: scored('✗'), exitCode, output };
}

export async function ended(suite: ChildProcess): Promise<{ exitCode: number | null; output: string }> {
  let output = '';
  suite.stdout?.on('data', (part: Buffer) => (output += part.toString('utf8')));
  suite.stderr?.on('data', (part: Buffer) => (output += part.toString('utf8')));
  const exitCode = await new Promise<number | null>((resolve) => suite.on('close', resolve));
  return { exitCode, output };
}
