import { expect, it } from '@jest/globals';
import { adminCall, adminToken } from '../support/actors.js';
import { describeWithPostgresCluster } from '../support/on-postgres.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { sleep } from '../support/server-process.js';
import { startServer } from '../support/server.js';

describeWithPostgresCluster('the admin API while the database is away', () => {
  it('answers 503 with Retry-After as a problem, and nobody is told that their token is bad', async () => {
    const cluster = await PostgresCluster.create();
    const server = await startServer({ database: cluster.url });
    const token = await adminToken(server);
    cluster.stop('immediate');
    for (const wait of [0, 2_500]) {
      await sleep(wait);
      for (const [method, path] of [
        ['GET', '/grants'],
        ['GET', '/audit/events'],
        ['DELETE', '/grants/0190a1b2-0000-7000-8000-000000000000'],
      ] as const) {
        const response = await adminCall(server, method, path, { token });
        expect([method, path, response.status, response.headers['retry-after']]).toEqual([
          method,
          path,
          503,
          '5',
        ]);
        expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
        expect(response.json()).toEqual({
          type: `${server.url}/admin/docs#problem-temporarily_unavailable`,
          title: 'Temporarily unavailable',
          status: 503,
          code: 'temporarily_unavailable',
        });
      }
    }
  });
});
