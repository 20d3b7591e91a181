/** SQL for a value of each type a column of ours has. */
const INVENTED = {
  uuid: 'gen_random_uuid()',
  text: 'gen_random_uuid()::text',
  bytea: `decode(md5(random()::text), 'hex')`,
  boolean: 'true',
  integer: '(random() * 1e6)::int',
  bigint: '(random() * 1e6)::bigint',
  jsonb: `'{}'::jsonb`,
  'timestamp with time zone': 'now()',
  'text[]': 'ARRAY[gen_random_uuid()::text]',
};

/** What a row of these may not have beside what else it has. */
const EMPTY = ['api_keys.client_id'];

/** Puts one row of invented values into each empty table; a foreign key points at the row of its table. */
export async function fillEmptyTables(dataSource) {
  const waiting = new Set(await emptyTables(dataSource));
  while (waiting.size > 0) {
    const before = waiting.size;
    for (const table of [...waiting]) {
      const columns = await columnsOf(dataSource, table);
      if (columns.some(({ parent }) => parent && parent !== table && waiting.has(parent))) continue;
      await insertRow(dataSource, table, columns);
      waiting.delete(table);
    }
    if (waiting.size === before) throw new Error(`Tables refer to each other in a circle: ${[...waiting]}`);
  }
}

function columnsOf(dataSource, table) {
  return dataSource.query(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
       f.confrelid::regclass::text AS parent, p.attname AS "parentColumn"
     FROM pg_attribute a
     LEFT JOIN pg_constraint f ON f.conrelid = a.attrelid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum]
     LEFT JOIN pg_attribute p ON p.attrelid = f.confrelid AND p.attnum = f.confkey[1]
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum`,
    [`public."${table}"`],
  );
}

async function insertRow(dataSource, table, columns) {
  const values = columns.map(({ type, parent, parentColumn, name }) => {
    if (parent === table || EMPTY.includes(`${table}.${name}`)) return 'NULL';
    if (parent) return `(SELECT "${parentColumn}" FROM ${parent} LIMIT 1)`;
    if (!(type in INVENTED))
      throw new Error(`No value is known for ${table}.${name}, a ${type}; add one here`);
    return INVENTED[type];
  });
  const names = columns.map(({ name }) => `"${name}"`);
  await dataSource.query(`INSERT INTO "${table}" (${names}) VALUES (${values})`);
}

/** Names of the tables that have no row. */
export async function emptyTables(dataSource) {
  const counts = Object.entries(await rowCounts(dataSource));
  return counts.filter(([, rows]) => rows === 0).map(([name]) => name);
}

/** How many rows each table has, by its name. */
export async function rowCounts(dataSource) {
  const tables = await dataSource.query(`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND relname <> 'schema_migrations' ORDER BY 1`);
  const counts = {};
  for (const { name } of tables) {
    const [{ rows }] = await dataSource.query(`SELECT count(*)::int AS rows FROM "${name}"`);
    counts[name] = rows;
  }
  return counts;
}
