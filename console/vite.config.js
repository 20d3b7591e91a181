import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { defineConfig } from 'vite';

const folder = fileURLToPath(new URL('../dist/console', import.meta.url));

/** Beside each file its compressed form: compressing it for every browser anew would cost more than sending it. */
const compressed = {
  name: 'compressed',
  writeBundle(_options, bundle) {
    for (const file of Object.keys(bundle).filter((name) => /\.(?:js|css)$/.test(name)))
      writeFileSync(join(folder, `${file}.br`), brotliCompressSync(readFileSync(join(folder, file))));
  },
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // The page says where it is (`<base>`), so that one build serves every installation.
  base: './',
  plugins: [compressed],
  build: {
    outDir: folder,
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    // Nothing in the page itself: the content security policy takes files only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_200,
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
