import { expect, it } from '@jest/globals';
import { describeWithPostgresCluster } from '../support/on-postgres.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { startServer } from '../support/server.js';
import { as, call, LEAK, LIST, personToken, send } from './harness.js';

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

describeWithPostgresCluster('The MCP endpoint without its database', () => {
  it('asks clients to come back instead of refusing their tokens, and recovers', async () => {
    const cluster = await PostgresCluster.create();
    const server = await startServer({ database: cluster.url });
    const token = await personToken(server, 'mcp:tools:execute');
    expect((await send(server, token, LIST)).status).toBe(200);

    cluster.stop('immediate');
    // Until the view of the ledger is stale, a token is still known to be good; nothing runs unaudited all the same.
    const atOnce = await call(as(server, token, 'modern'), 'notes_add', { title: 'unaudited', body: '' });
    const unavailable = { code: -32603, message: 'Temporarily unavailable, try again later' };
    expect(atOnce.message).toMatchObject({ error: unavailable });
    expect(atOnce.message).not.toHaveProperty('result');
    expect(atOnce.response.text).not.toMatch(LEAK);
    await sleep(2_500);
    const answer = await send(server, token, LIST);
    expect([answer.status, answer.headers['retry-after'], answer.challenge]).toEqual([503, '5', undefined]);
    expect(answer.message).toMatchObject({ jsonrpc: '2.0', id: null, error: unavailable });
    expect(answer.response.text).not.toMatch(LEAK);
    expect((await send(server, undefined, LIST)).status).toBe(401);

    cluster.start();
    const deadline = Date.now() + 15_000;
    while ((await send(server, token, LIST)).status !== 200 && Date.now() < deadline) await sleep(250);
    const notes = await call(as(server, token, 'modern'), 'notes_list');
    expect(notes.message.result.structuredContent.notes).toEqual([]);
  });
});
