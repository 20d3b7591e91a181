import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { adminCall, mcpCall } from '../support/actors.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { createDatabase, query } from '../support/postgres.js';
import { runToExit, startServer } from '../support/server.js';
import { kidOf, MACHINE, machineToken } from './harness.js';

const kek = (version: number): string => `${version}:${randomBytes(32).toString('base64')}`;
const [one, two, stranger] = [kek(1), kek(2), kek(1)];

const versions = (database: string) =>
  query<{ state: string; version: number }>(
    database,
    `SELECT state, get_byte(sealed_private, 3) AS version FROM signing_keys WHERE sealed_private IS NOT NULL ORDER BY state`,
  );

describeOnPostgres('Private halves in the database', () => {
  it('are sealed anew when the encryption keys gain a version, and the old one can go', async () => {
    const database = await createDatabase();
    const options = { database, config: MACHINE };
    const old = await startServer({ ...options, env: { ENCRYPTION_KEYS: one } });
    const token = await machineToken(old);
    await adminCall(old, 'POST', '/keys/rotate');
    const stream = { name: 'siem', kind: 'otlp', settings: { url: 'https://collector.example.com/in' } };
    const made = await adminCall(old, 'POST', '/audit/streams', { json: { ...stream, secret: 'a-bearer' } });
    expect(made.status).toBe(201);
    expect(await versions(database)).toEqual([
      { state: 'active', version: 1 },
      { state: 'next', version: 1 },
    ]);
    const env = { PUBLIC_URL: old.url };
    const both = await startServer({ ...options, env: { ...env, ENCRYPTION_KEYS: `${one},${two}` } });
    expect(await versions(database)).toEqual([
      { state: 'active', version: 2 },
      { state: 'next', version: 2 },
    ]);
    expect(await query(database, 'SELECT get_byte(sealed_private, 3) AS version FROM audit_keys')).toEqual([
      { version: 2 },
    ]);
    const sealed = await query(database, 'SELECT get_byte(secret, 3) AS version FROM audit_streams');
    expect(sealed).toEqual([{ version: 2 }]);
    // One that still has the old version only goes on with what it opened.
    expect(kidOf(await machineToken(old))).toBe(kidOf(token));
    await Promise.all([old.stop(), both.stop()]);

    const fresh = await startServer({ ...options, env: { ...env, ENCRYPTION_KEYS: two } });
    expect((await mcpCall(fresh, token, 'tools/list')).status).toBe(200);
    expect(kidOf(await machineToken(fresh))).toBe(kidOf(token));
    const events = (await adminCall(fresh, 'GET', '/audit/events?type=key.resealed')).json().items;
    expect(events).toHaveLength(2);
    expect((await adminCall(fresh, 'POST', '/audit/verify')).json()).toMatchObject({ ok: true });
    await fresh.restart();
    const again = (await adminCall(fresh, 'GET', '/audit/events?type=key.resealed')).json().items;
    expect(again).toHaveLength(2);
  }, 120_000);

  it('may be in clear for a developer, and are sealed by the next start that is not told so', async () => {
    const database = await createDatabase();
    const forDevelopers = { ...MACHINE, policies: { keys: { plainText: true } } };
    const options = { database, env: { ENCRYPTION_KEYS: one } };
    const inClear = async (): Promise<boolean> => {
      const [key] = await query<{ handle: Buffer }>(
        database,
        'SELECT sealed_private AS handle FROM signing_keys',
      );
      return key!.handle.includes('"d":');
    };
    const open = await startServer({ ...options, config: forDevelopers });
    const token = await machineToken(open);
    expect(await inClear()).toBe(true);
    await open.stop();
    const env = { ...options.env, PUBLIC_URL: open.url };
    const sealed = await startServer({ database, env, config: MACHINE });
    expect(await inClear()).toBe(false);
    expect(kidOf(await machineToken(sealed))).toBe(kidOf(token));
    expect((await mcpCall(sealed, token, 'tools/list')).status).toBe(200);
    await sealed.stop();

    const { code, output } = await runToExit({
      database,
      config: forDevelopers,
      env: { ...options.env, NODE_ENV: 'production', PUBLIC_URL: 'https://gate.example' },
    });
    expect(code).not.toBe(0);
    expect(output).toContain('policies.keys.plainText is on');
    expect(await inClear()).toBe(false);
  }, 120_000);

  it('that no given key opens stop the start with one sentence for each, and no other key is made', async () => {
    const database = await createDatabase();
    const server = await startServer({ database, config: MACHINE, env: { ENCRYPTION_KEYS: one } });
    await adminCall(server, 'POST', '/keys/rotate');
    await server.stop();
    const kids = await query<{ kid: string }>(database, 'SELECT kid FROM signing_keys ORDER BY kid');
    expect(kids).toHaveLength(2);
    for (const wrong of [stranger, two]) {
      const { code, output } = await runToExit({ database, env: { ENCRYPTION_KEYS: wrong } });
      expect(code).not.toBe(0);
      for (const { kid } of kids)
        expect(output).toContain(`ENCRYPTION_KEYS does not open the signing key ${kid} in the database`);
      expect(output).not.toContain(wrong.slice(2));
      expect(output).not.toMatch(/^\s+at /m);
    }
    expect(await query(database, 'SELECT kid FROM signing_keys ORDER BY kid')).toEqual(kids);
    // Neither can only one of them be opened.
    await query(
      database,
      `UPDATE signing_keys SET sealed_private = sealed_private || '\\x00' WHERE state = 'next'`,
    );
    const { code, output } = await runToExit({ database, env: { ENCRYPTION_KEYS: one } });
    expect([code !== 0, output.match(/does not open the signing key/g)?.length]).toEqual([true, 1]);
  }, 120_000);
});
