import { expect, it } from '@jest/globals';
import { adminCall, adminToken } from '../support/actors.js';
import { describeOnPostgres } from '../support/on-postgres.js';
import { startServer } from '../support/server.js';
import { sleep } from '../support/server-process.js';

describeOnPostgres('A notice between replicas', () => {
  it('that nobody can read does the server no harm', async () => {
    const server = await startServer();
    const channels = ['gatehouse_live_ask', 'gatehouse_live_tell', 'gatehouse_mcp_events'];
    for (const channel of channels) await server.sql(`SELECT pg_notify('${channel}', '{"to":')`);
    const notUnderstood = () => server.output().split('was not understood').length - 1;
    for (let tries = 0; tries < 100 && notUnderstood() < 2; tries++) await sleep(50);
    expect(notUnderstood()).toBe(2);
    const answer = await adminCall(server, 'GET', '/tools', { token: await adminToken(server) });
    expect(answer.status).toBe(200);
    await server.stop();
  });
});
