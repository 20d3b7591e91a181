// Compares entities with migrations, in a process of its own because it reads what was built; prints one JSON report.
// node drift-report.mjs [URL of an empty database]; without it an embedded database in memory.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { Column, DataSource } from 'typeorm';
import { emptyTables, fillEmptyTables, rowCounts } from './invented-rows.mjs';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const load = (file) => import(pathToFileURL(join(dist, file)).href);
const { dataSourceOptions } = await load('src/database/data-source.js');
const { EmbeddedStream } = await load('src/database/embedded-stream.js');
const { MIGRATIONS } = await load('migrations/index.js');

const url = process.argv[2];
const engine = url ? undefined : await PGlite.create();
const embedded = engine && { poolOptions: { max: 1, stream: () => new EmbeddedStream(engine) } };
const entities = await builtEntities();
const report = { entities: entities.map(({ name }) => name).sort() };

// Each migration meets rows of everything that was there before it, and loses none.
report.populated = [];
report.lost = [];
for (let count = 1; count <= MIGRATIONS.length; count++) {
  await on({ migrations: MIGRATIONS.slice(0, count) }, async (dataSource) => {
    const before = count === 1 ? {} : await rowCounts(dataSource);
    await dataSource.runMigrations({ transaction: 'each' });
    const after = await rowCounts(dataSource);
    const { name } = MIGRATIONS[count - 1];
    for (const [table, rows] of Object.entries(before))
      if ((after[table] ?? rows) < rows) report.lost.push(`${name}: ${table}`);
    report.populated.push({ name, tables: Object.keys(before).length });
    await fillEmptyTables(dataSource);
  });
}
report.drift = await drift();
report.plantedDrift = await driftWithPlantedColumn();

await on({}, async (dataSource) => {
  const before = await inventory(dataSource);
  report.emptyTables = await emptyTables(dataSource);
  for (let count = MIGRATIONS.length; count > 0; count--)
    await dataSource.undoLastMigration({ transaction: 'each' });
  report.leftAfterDown = await inventory(dataSource);
  await dataSource.runMigrations({ transaction: 'each' });
  const again = await inventory(dataSource);
  report.missingAfterUpAgain = before.filter((name) => !again.includes(name));
});
report.driftAfterUpAgain = await drift();
await engine?.close();
console.log(JSON.stringify(report));

async function builtEntities() {
  const files = readdirSync(join(dist, 'src'), { recursive: true }).filter((file) =>
    file.endsWith('.entity.js'),
  );
  const modules = await Promise.all(files.map((file) => load(join('src', file))));
  return modules
    .flatMap((module) => Object.values(module))
    .filter((exported) => tableOf(exported) !== undefined);
}

/** The table of an entity class, or undefined for anything else. */
function tableOf(entity) {
  if (typeof entity !== 'function') return undefined;
  const storage = globalThis.typeormMetadataArgsStorage;
  return storage.tables.find(({ target }) => target === entity)?.name;
}

/** The statements that would bring the migrated tables to what the entities say. */
function drift() {
  return on({ entities }, async (dataSource) => {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  });
}

async function driftWithPlantedColumn() {
  const [entity] = entities;
  Column('text', { nullable: true })(entity.prototype, 'planted');
  try {
    return await drift();
  } finally {
    globalThis.typeormMetadataArgsStorage.columns.pop();
  }
}

async function on(options, use) {
  const dataSource = await new DataSource({ ...dataSourceOptions(url, embedded), ...options }).initialize();
  try {
    return await use(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** Tables, sequences and functions of the schema, but for TypeORM's own table. */
async function inventory(dataSource) {
  const rows = await dataSource.query(`
    SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S', 'v')
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`);
  return rows.map(({ name }) => name).filter((name) => !name.startsWith('schema_migrations'));
}
