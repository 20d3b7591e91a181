import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The tree as somebody has it who just cloned it and ran `npm ci`; with `built`, and what `npm run build` made. */
export function freshCopy({ built = false } = {}): string {
  const copy = temporaryFolder();
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
  });
  for (const path of listed.toString('utf8').split('\0').filter(Boolean))
    if (existsSync(join(root, path))) cpSync(join(root, path), join(copy, path), { recursive: true });
  if (built) {
    cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
    // By this one it is told whether the build is newer than its sources.
    utimesSync(join(copy, 'dist/src/main.js'), new Date(), new Date());
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}
