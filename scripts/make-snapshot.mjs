// After the compiler: an embedded database with the migrations run, which a first start copies instead of making one.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataSource } from 'typeorm';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const snapshot = join(dist, 'embedded-snapshot');
const making = join(dist, 'embedded-snapshot.new');
const room = (file) => import(new URL(`../dist/src/database/${file}`, import.meta.url).href);

if (!existsSync(dist)) throw new Error('There is no build; run `npm run build`');
const { dataSourceOptions } = await room('data-source.js');
const { EmbeddedDatabase } = await room('embedded-database.js');
const { migrate } = await room('migrate.js');

rmSync(snapshot, { recursive: true, force: true });
rmSync(making, { recursive: true, force: true });
const embedded = await EmbeddedDatabase.open(making);
const dataSource = await new DataSource(dataSourceOptions(undefined, embedded)).initialize();
await migrate(dataSource, undefined);
// New databases would be made from these, which nobody does in an embedded one; they are half of the files.
for (const template of ['template0', 'template1']) {
  await dataSource.query(`ALTER DATABASE ${template} IS_TEMPLATE false`);
  await dataSource.query(`DROP DATABASE ${template}`);
}
await dataSource.query('CHECKPOINT');
await dataSource.destroy();
await embedded.close();
renameSync(join(making, 'postgres'), snapshot);
rmSync(making, { recursive: true });
