import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { EmbeddedStream } from './embedded-stream.js';

describe('node-postgres over the embedded stream', () => {
  let engine: PGlite;
  let pool: pg.Pool;

  beforeAll(async () => {
    engine = await PGlite.create();
    const stream = () => new EmbeddedStream(engine);
    pool = new pg.Pool({
      user: 'postgres',
      database: 'postgres',
      max: 1,
      connectionTimeoutMillis: 500,
      stream,
    });
    await pool.query('CREATE TABLE counters (id int PRIMARY KEY, n int NOT NULL)');
  });

  beforeEach(async () => {
    await pool.query('TRUNCATE counters');
    await pool.query('INSERT INTO counters VALUES (1, 0)');
  });

  afterAll(async () => {
    await pool.end();
    await engine.close();
  });

  it('answers parameters of every kind as a server does', async () => {
    const now = new Date();
    const { rows } = await pool.query(
      'SELECT $1::text AS t, $2::timestamptz AS at, $3::bytea AS b, $4::text[] AS list, $5::jsonb AS j',
      ['ä', now, Buffer.from([0, 1, 255]), ['a', 'b'], { deep: [1] }],
    );
    expect(rows).toEqual([
      { t: 'ä', at: now, b: Buffer.from([0, 1, 255]), list: ['a', 'b'], j: { deep: [1] } },
    ]);
  });

  it('carries values larger than one chunk both ways', async () => {
    const large = 'x'.repeat(3_000_000);
    const { rows } = await pool.query('SELECT $1::text AS large', [large]);
    expect(rows).toEqual([{ large }]);
  });

  it('undoes a transaction that is rolled back', async () => {
    await inTransaction(async (client) => {
      await client.query('UPDATE counters SET n = 7');
      throw new Error('no');
    }).catch(() => undefined);
    expect(await count()).toBe(0);
  });

  it('refuses everything after an error inside a transaction, until it is rolled back', async () => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await expect(client.query('SELECT * FROM counters WHERE id = $1', ['nonsense'])).rejects.toMatchObject({
        code: '22P02',
      });
      await expect(client.query('UPDATE counters SET n = 9')).rejects.toMatchObject({ code: '25P02' });
      await client.query('ROLLBACK');
    } finally {
      client.release();
    }
    expect(await count()).toBe(0);
  });

  it('goes on after an error outside a transaction', async () => {
    await expect(pool.query('SELECT 1/$1::int', [0])).rejects.toMatchObject({ code: '22012' });
    await expect(pool.query('nonsense')).rejects.toMatchObject({ code: '42601' });
    expect(await count()).toBe(0);
  });

  it('loses none of many increments at once', async () => {
    await Promise.all(
      Array.from({ length: 20 }, () =>
        inTransaction(async (client) => {
          const { rows } = await client.query<{ n: number }>(
            'SELECT n FROM counters WHERE id = 1 FOR UPDATE',
          );
          await client.query('UPDATE counters SET n = $1', [rows[0]!.n + 1]);
        }),
      ),
    );
    expect(await count()).toBe(20);
  });

  it('fails a second connection inside a transaction instead of waiting for ever', async () => {
    await inTransaction(async () => {
      await expect(pool.query('SELECT 1')).rejects.toThrow(/timeout exceeded/);
    });
  });

  it('connects again after a connection was closed', async () => {
    const client = await pool.connect();
    client.release(true);
    expect(await count()).toBe(0);
  });

  async function inTransaction(use: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await use(client);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  async function count(): Promise<number> {
    return (await pool.query<{ n: number }>('SELECT n FROM counters WHERE id = 1')).rows[0]!.n;
  }
});
