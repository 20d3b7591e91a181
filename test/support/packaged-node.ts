import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The binary, or, where install scripts are off, that of the package for the platform. */
const NODES = [
  'node/bin/node',
  `node/node_modules/node-${platform()}/bin/node`,
  `node-${platform()}/bin/node`,
];

/** The Node.js that is installed as a package, for programs that need a newer one; `undefined` where it is not. */
export function packagedNode(modules: string): string | undefined {
  return NODES.map((path) => join(modules, path)).find((path) => existsSync(path));
}

function platform(): string {
  return `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
}
