// After the compiler: the server and what it is made of in a few files, because reading two thousand at each start
// takes longer than everything else. The compiled files stay beside it for programs that import them.
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
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
/** CommonJS packages expect these to exist. */
const COMMON_JS = `import { createRequire as createRequireHere } from 'node:module';
const require = createRequireHere(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;`;

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
await build({
  entryPoints: { main: join(compiled, 'main.js'), ...threads() },
  outdir: folder,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Nest and TypeORM tell classes by their names.
  keepNames: true,
  external: [...LEFT_OUT, ...NOT_THERE],
  plugins: [noOlderTypeOrm],
  banner: { js: COMMON_JS },
  logLevel: 'warning',
});
for (const asset of readdirSync(join(compiled, 'pages')))
  if (asset === 'templates' || /\.(?:css|browser\.js)$/.test(asset))
    cpSync(join(compiled, 'pages', asset), join(folder, asset), { recursive: true });

/** What runs in a thread of its own is started by its file, which is looked for beside the one that starts it. */
function threads() {
  const files = readdirSync(compiled, { recursive: true }).filter((file) => file.endsWith('.thread.js'));
  return Object.fromEntries(files.map((file) => [basename(file, '.js'), join(compiled, file)]));
}
