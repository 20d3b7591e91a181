import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'src') + sep;

/** Compiles a main of the tests that adds modules to the server; what it imports of `src` is the built server's. */
export async function compiledEntry(main: URL): Promise<string> {
  const entry = fileURLToPath(main);
  const outfile = join(root, 'dist', relative(root, entry)).replace(/\.ts$/, '.mjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    keepNames: true,
    plugins: [
      {
        name: 'the-built-server',
        setup: (building) => {
          building.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
            const wanted = join(resolveDir, path);
            if (!wanted.startsWith(source)) return undefined;
            return { path: join(root, 'dist', 'src', wanted.slice(source.length)), external: true };
          });
        },
      },
    ],
  });
  return outfile;
}
