import type { MigrationInterface, QueryRunner } from 'typeorm';

const CLASSES = ['security', 'admin', 'tool_call', 'verbose'];

/** The class of each type of that time; what is not named here is `security`. */
const CLASS_OF = `CASE
  WHEN type = 'http.request.handled' OR type LIKE 'mcp.session.%' THEN 'verbose'
  WHEN type LIKE 'mcp.%' THEN 'tool_call'
  WHEN type LIKE 'audit.%' OR type IN ('server.process.started', 'admin.request.handled', 'scim.request.handled') THEN 'admin'
  ELSE 'security' END`;

/** RFC 9562 §5.7: the first 48 bits of an id are its time in milliseconds. */
const TIME_OF = `to_timestamp(('x0000' || left(replace(event_id::text, '-', ''), 12))::bit(64)::bigint / 1000.0)`;

const FUNCTIONS = `
  CREATE FUNCTION audit_first_id(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
  $$;

  CREATE FUNCTION audit_protect(name text) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION audit_append_only()',
      name || '_no_change', name);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()',
      name || '_no_truncate', name);
  END $$;

  -- The month of a moment, unless there is one or its events are in the default partition already.
  CREATE FUNCTION audit_make_partition(class text, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    month timestamp := date_trunc('month', moment AT TIME ZONE 'UTC');
    name text := 'audit_events_' || class || to_char(month, '_YYYY_MM');
  BEGIN
    IF to_regclass(quote_ident(name)) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, 'audit_events_' || class,
      audit_first_id(month AT TIME ZONE 'UTC'), audit_first_id((month + interval '1 month') AT TIME ZONE 'UTC'));
    PERFORM audit_protect(name);
  EXCEPTION WHEN check_violation THEN NULL;
  END $$;

  -- This month and the next two.
  CREATE FUNCTION audit_make_partitions(moment timestamptz) RETURNS void LANGUAGE sql AS $$
    SELECT audit_make_partition(class, (moment AT TIME ZONE 'UTC' + ahead * interval '1 month') AT TIME ZONE 'UTC')
    FROM unnest(ARRAY['${CLASSES.join("', '")}']) AS class, generate_series(0, 2) AS ahead
  $$;`;

/** All that it was, in parts. */
const PARTED = `
  ALTER TABLE audit_events RENAME TO audit_events_whole;
  ALTER TABLE audit_events_whole RENAME CONSTRAINT audit_events_pkey TO audit_events_whole_pkey;
  ALTER SEQUENCE audit_events_arrival_seq RENAME TO audit_events_whole_arrival_seq;
  CREATE TABLE audit_events (
    LIKE audit_events_whole INCLUDING DEFAULTS INCLUDING IDENTITY,
    retention text NOT NULL DEFAULT 'security',
    CONSTRAINT audit_events_pkey PRIMARY KEY (event_id, retention)
  ) PARTITION BY LIST (retention);
  CREATE TABLE audit_events_other PARTITION OF audit_events DEFAULT;
  ${CLASSES.map(
    (name) => `
  CREATE TABLE audit_events_${name} PARTITION OF audit_events FOR VALUES IN ('${name}') PARTITION BY RANGE (event_id);
  CREATE TABLE audit_events_${name}_other PARTITION OF audit_events_${name} DEFAULT;`,
  ).join('')}
  SELECT audit_make_partitions(now());
  SELECT audit_make_partition(class, moment) FROM (
    SELECT DISTINCT ${CLASS_OF} AS class, date_trunc('month', ${TIME_OF}, 'UTC') AS moment FROM audit_events_whole
  ) AS months WHERE moment BETWEEN '2020-01-01' AND now();`;

const PROTECTED = `
  CREATE TRIGGER audit_events_no_change BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_append_only();
  CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_append_only();`;

/** What is no longer in the table: the statements that say so, and where it is. */
const TAKEN_OUT = `
  CREATE TABLE audit_partitions (
    name text NOT NULL,
    retention text NOT NULL,
    from_time timestamptz NOT NULL,
    to_time timestamptz NOT NULL,
    state text NOT NULL,
    events bigint NOT NULL,
    first_seq bigint,
    last_seq bigint,
    places bytea,
    statement text,
    archive text,
    digest bytea,
    bytes bigint,
    problem text,
    detached_at timestamptz,
    archived_at timestamptz,
    dropped_at timestamptz,
    CONSTRAINT audit_partitions_pkey PRIMARY KEY (name)
  );`;

export class AuditPartitions1764000600000 implements MigrationInterface {
  name = 'AuditPartitions1764000600000';

  async up(runner: QueryRunner): Promise<void> {
    const indexes = await indexesOf(runner);
    await runner.query(FUNCTIONS);
    await runner.query(PARTED);
    await move(runner, 'audit_events_whole', CLASS_OF);
    for (const index of indexes) await runner.query(index);
    await runner.query('CREATE INDEX audit_events_arrival_idx ON audit_events (arrival)');
    for (const name of [...CLASSES, ...CLASSES.map((each) => `${each}_other`), 'other'])
      await runner.query(`SELECT audit_protect('audit_events_${name}')`);
    await runner.query(PROTECTED);
    await runner.query(TAKEN_OUT);
  }

  async down(runner: QueryRunner): Promise<void> {
    const indexes = (await indexesOf(runner)).filter((index) => !index.includes('audit_events_arrival_idx'));
    await runner.query(`
      DROP TABLE audit_partitions;
      ALTER TABLE audit_events RENAME TO audit_events_parted;
      ALTER TABLE audit_events_parted RENAME CONSTRAINT audit_events_pkey TO audit_events_parted_pkey;
      ALTER SEQUENCE audit_events_arrival_seq RENAME TO audit_events_parted_arrival_seq;
      CREATE TABLE audit_events (LIKE audit_events_parted INCLUDING DEFAULTS INCLUDING IDENTITY);
      ALTER TABLE audit_events DROP COLUMN retention, ADD CONSTRAINT audit_events_pkey PRIMARY KEY (event_id),
        ADD CONSTRAINT audit_events_arrival_key UNIQUE (arrival);`);
    await move(runner, 'audit_events_parted');
    for (const index of indexes) await runner.query(index);
    await runner.query(PROTECTED);
    await runner.query(`
      DROP FUNCTION audit_make_partitions(timestamptz);
      DROP FUNCTION audit_make_partition(text, timestamptz);
      DROP FUNCTION audit_protect(text);
      DROP FUNCTION audit_first_id(timestamptz);`);
  }
}

async function indexesOf(runner: QueryRunner): Promise<string[]> {
  const rows = (await runner.query(`
    SELECT indexdef AS text FROM pg_indexes
    WHERE schemaname = 'public' AND tablename = 'audit_events' AND indexdef NOT LIKE 'CREATE UNIQUE %'`)) as {
    text: string;
  }[];
  return rows.map(({ text }) => text.replace(' ON ONLY ', ' ON '));
}

/** Takes over every row, whatever columns it has by now, and where the numbers of arrival go on. */
async function move(runner: QueryRunner, from: string, classOf?: string): Promise<void> {
  const [row] = (await runner.query(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'retention'`,
    [from],
  )) as [{ columns: string }];
  const [target, source] = classOf ? [', retention', `, ${classOf}`] : ['', ''];
  await runner.query(`
    INSERT INTO audit_events (${row.columns}${target}) SELECT ${row.columns}${source} FROM ${from};
    SELECT setval('audit_events_arrival_seq', last_value, is_called) FROM ${from}_arrival_seq;
    DROP TABLE ${from};`);
}
