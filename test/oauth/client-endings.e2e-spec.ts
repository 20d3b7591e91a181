import { beforeAll, expect, it } from '@jest/globals';
import { connect, refresh } from '../support/actors.js';
import { request, type CookieJar, type HttpResponse } from '../support/http.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { withClient } from '../support/postgres.js';
import { sleep } from '../support/server-process.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, events, ROOMY, signedIn, webClient } from './harness.js';

/** Everything takes the client first, its grants then, and their tokens last: nobody waits in a circle. */
describeOnPostgres('A client that ends while it is used', () => {
  let server: TestServer;
  let jar: CookieJar;

  beforeAll(async () => {
    server = await startServer({ config: { limits: ROOMY } });
    jar = await signedIn(server);
  });

  const someWait = async (count: number): Promise<void> => {
    const waiting = () =>
      server.sql(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
    while ((await waiting()).length < count) await sleep(20);
  };

  /** Begins one after the other while a row is held, each as soon as the one before waits for it. */
  const inLine = (
    row: { table: 'clients' | 'grants'; column: string; id: string },
    begin: readonly (() => Promise<HttpResponse>)[],
    then = 'SELECT $1::text',
  ): Promise<number[]> =>
    withClient(server.databaseUrl!, async (holder) => {
      await holder.query('BEGIN');
      await holder.query(`SELECT 1 FROM ${row.table} WHERE ${row.column} = $1 FOR UPDATE`, [row.id]);
      const answers: Promise<HttpResponse>[] = [];
      for (const one of begin) {
        answers.push(one());
        await someWait(answers.length);
      }
      await holder.query(then, [row.id]);
      await holder.query('COMMIT');
      return (await Promise.all(answers)).map(({ status }) => status);
    });

  /** An app that has not been used for two hours, so that its next use is noted. */
  async function connected() {
    const client = await webClient(server);
    const { tokens } = await connect(server, { client, jar, scope: 'mcp:tools:read offline_access' });
    await server.sql(`UPDATE clients SET last_used_at = now() - interval '2 hours' WHERE id = $1`, [
      client.clientId,
    ]);
    const use = () => refresh(server, client, tokens.refresh_token!);
    return { client, use, id: client.clientId };
  }

  it('is suspended, and a refresh in the same moment fails or not, but not by a fault', async () => {
    const { id, use } = await connected();
    const [grant] = await server.sql<{ id: string }>('SELECT id FROM grants WHERE client_id = $1', [id]);
    const suspend = () => asOperator(server, 'POST', `/clients/${id}/suspend`);
    const refreshed = withClient(server.databaseUrl!, async (holder) => {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM clients WHERE id = $1 FOR UPDATE', [id]);
      const suspension = suspend();
      await someWait(1);
      const refreshing = use();
      await sleep(500);
      await holder.query('COMMIT');
      return Promise.all([suspension, refreshing]);
    });
    const [suspension, refreshing] = await refreshed;
    expect(suspension.status).toBe(200);
    expect([200, 400, 401]).toContain(refreshing.status);
    const [ended] = await server.sql('SELECT revoked_at FROM grants WHERE id = $1', [grant!.id]);
    expect(ended!['revoked_at']).not.toBeNull();
  });

  it('is removed, and a refresh that waits for its grant finds that there is none', async () => {
    const { id, use } = await connected();
    const remove = () => asOperator(server, 'DELETE', `/clients/${id}`);
    const statuses = await inLine({ table: 'grants', column: 'client_id', id }, [remove, use]);
    expect([statuses[0], statuses[1]! < 500]).toEqual([200, true]);
    expect(await server.sql('SELECT 1 FROM clients WHERE id = $1', [id])).toEqual([]);
  });

  it('by two at once is removed and recorded once', async () => {
    const { id } = await connected();
    const remove = () => asOperator(server, 'DELETE', `/clients/${id}`);
    const statuses = await inLine({ table: 'clients', column: 'id', id }, [remove, remove]);
    expect([...statuses].sort()).toEqual([200, 404]);
    expect(await events(server, { type: 'client.deleted', client_id: id })).toHaveLength(1);
  });

  it('does not remove itself when it is suspended in that moment', async () => {
    const { client, id } = await connected();
    const { registration_client_uri: uri, registration_access_token: token } = client.registration;
    const remove = () =>
      request('DELETE', String(uri), { headers: { authorization: `Bearer ${String(token)}` } });
    const suspend = `UPDATE clients SET trust_state = 'suspended', suspended_at = now() WHERE id = $1`;
    expect(await inLine({ table: 'clients', column: 'id', id }, [remove], suspend)).toEqual([403]);
    expect(await server.sql('SELECT 1 FROM clients WHERE id = $1', [id])).toHaveLength(1);
  });
});
