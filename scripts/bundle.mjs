// After the compiler: the server and what it is made of in a few files, because reading two thousand at each start
// takes longer than everything else. The compiled files stay beside it for programs that import them.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiled = join(root, 'dist/src');
const folder = join(root, 'dist/bundle/server');

/** Finds files of its own beside it, must be the same copy that Nest loads by name, or is big and seldom wanted. */
const LEFT_OUT = [
  '@electric-sql/pglite',
  '@zxcvbn-ts/*',
  'argon2',
  'class-transformer',
  'class-transformer/storage',
  'class-validator',
  'swagger-ui-dist',
];
/** Other packages look for these, and do without; they are not installed. */
const NOT_THERE = [
  '@fastify/static',
  '@google-cloud/spanner',
  '@grpc/*',
  '@mikro-orm/*',
  '@nestjs/microservices',
  '@nestjs/microservices/*',
  '@nestjs/mongoose',
  '@nestjs/sequelize',
  '@nestjs/websockets',
  '@nestjs/websockets/*',
  '@sap/hana-client',
  '@sap/hana-client/*',
  'better-sqlite3',
  'expo-sqlite',
  'mongodb',
  'mssql',
  'mysql',
  'mysql2',
  'oracledb',
  'pg-native',
  'pg-query-stream',
  'react-native-sqlite-storage',
  'redis',
  'sql.js',
  'sqlite3',
  'typeorm-aurora-data-api-driver',
];
/** What ES modules know of themselves is told in the words of CommonJS. */
const OF_ITSELF = {
  'import.meta.url': 'importMetaUrl',
  'import.meta.dirname': '__dirname',
  'import.meta.filename': '__filename',
};

/** It looks for what only older versions of TypeORM have, and would read all of TypeORM a second time for that. */
const noOlderTypeOrm = {
  name: 'no-older-typeorm',
  setup: ({ onLoad }) =>
    onLoad({ filter: /typeorm[/\\]dist[/\\]common[/\\]typeorm-compat\.js$/ }, () => ({
      contents: 'export const Connection = undefined; export const AbstractRepository = undefined;',
    })),
};

if (!existsSync(compiled)) throw new Error('There is nothing compiled; run `npm run build`');
rmSync(folder, { recursive: true, force: true });
const common = {
  outdir: folder,
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Nest and TypeORM tell classes by their names.
  keepNames: true,
  external: [...LEFT_OUT, ...NOT_THERE],
  logLevel: 'warning',
};
await build({
  ...common,
  entryPoints: { server: join(compiled, 'start.js') },
  // A script, unlike a module, can be given what V8 has compiled of it before (scripts/bundle-load.mjs).
  format: 'cjs',
  supported: { 'dynamic-import': false },
  outExtension: { '.js': '.cjs' },
  define: OF_ITSELF,
  plugins: [noOlderTypeOrm],
  // All of it is as strict as it would be in modules.
  banner: { js: "'use strict';\nconst importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
});
rewrite(join(folder, 'server.cjs'), (text) => inAscii(namesOfClasses(text)));
await build({ ...common, entryPoints: threads(), format: 'esm' });
for (const file of ['main', 'load'])
  cpSync(join(root, `scripts/bundle-${file}.mjs`), join(folder, `${file}.js`));
for (const asset of readdirSync(join(compiled, 'pages')))
  if (asset === 'templates' || /\.(?:css|browser\.js)$/.test(asset))
    cpSync(join(compiled, 'pages', asset), join(folder, asset), { recursive: true });

/** What runs in a thread of its own is started by its file, which is looked for beside the one that starts it. */
function threads() {
  const files = readdirSync(compiled, { recursive: true }).filter((file) => file.endsWith('.thread.js'));
  return Object.fromEntries(files.map((file) => [basename(file, '.js'), join(compiled, file)]));
}

/**
 * The bundler tells every function its name whenever the function is made, closures of every request too. Only what is
 * looked for by its name is told: classes, and what stands at the top of a module under another name than its own.
 */
function namesOfClasses(text) {
  const helper = /^var __name = (.*);$/m;
  if (!helper.test(text))
    throw new Error('Names are told in another way; look at namesOfClasses in this file');
  return text
    .replace(helper, 'var __className = $1;\nvar __name = (target) => target;')
    .replaceAll('__name(this, ', '__className(this, ')
    .replace(/^( {4})?__name\((\w+), "(\w+)"\);$/gm, (_, indent = '', now, name) =>
      now === name ? '' : `${indent}__className(${now}, "${name}");`,
    );
}

/** The bundler escapes what stands in strings, but not what stands in regular expressions and comments. */
function inAscii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function rewrite(file, change) {
  writeFileSync(file, change(readFileSync(file, 'utf8')), 'latin1');
}
