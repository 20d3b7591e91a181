import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOMY, signedIn } from '../oauth/harness.js';
import { DocumentSite, selfSigned } from '../support/document-site.js';
import { request } from '../support/http.js';
import { startServer } from '../support/server.js';
import { CHATGPT_RECORDINGS } from './fixtures/chatgpt.js';
import { CLAUDE_AI_RECORDINGS } from './fixtures/claude-ai.js';
import { CLAUDE_CODE_RECORDINGS } from './fixtures/claude-code.js';
import { CURSOR_RECORDINGS } from './fixtures/cursor.js';
import { INSPECTOR_RECORDINGS } from './fixtures/inspector.js';
import { MCP_REMOTE_RECORDINGS } from './fixtures/mcp-remote.js';
import { nothingAt, type Recording } from './fixtures/recording.js';
import { VS_CODE_RECORDINGS } from './fixtures/vscode.js';
import { replay, type Stage } from './replay.js';

const ALL: readonly Recording[] = [
  ...CLAUDE_AI_RECORDINGS,
  ...CLAUDE_CODE_RECORDINGS,
  ...CHATGPT_RECORDINGS,
  ...VS_CODE_RECORDINGS,
  ...CURSOR_RECORDINGS,
  ...INSPECTOR_RECORDINGS,
  ...MCP_REMOTE_RECORDINGS,
];
const PAGES = ['https://claude.ai', 'https://chatgpt.com', 'http://localhost:6274'];

describe('What a client in the field sends, one request after the other', () => {
  let stage: Stage;
  beforeAll(async () => {
    const tls = selfSigned();
    const site = await DocumentSite.start(tls);
    const server = await startServer({
      env: { NODE_EXTRA_CA_CERTS: tls.cert },
      config: { limits: ROOMY, policies: { outboundLoopback: true, corsOrigins: PAGES } },
    });
    stage = { server, site, jar: await signedIn(server) };
  });
  afterAll(() => stage.site.stop());

  it.each(ALL)('is answered as it needs: $who', async (recording) => {
    await replay(stage, recording);
  });

  it('is documented in public', () => {
    expect(ALL.filter(({ sources }) => !sources.every((source) => source.startsWith('https://')))).toEqual(
      [],
    );
    expect(ALL.filter(({ sources }) => sources.length === 0)).toEqual([]);
  });

  it.each([
    ['status', { status: 201 }],
    ['header', { status: 404, headers: { 'content-type': /text\/html/ } }],
    ['header that is there', { status: 404, headers: { 'content-type': null } }],
    ['body', { status: 404, body: { error: 'another' } }],
  ])('is told from another %s', async (_, answers) => {
    const recording = {
      ...ALL[0]!,
      steps: [{ ...nothingAt('/.well-known/openid-configuration/mcp'), answers }],
    };
    await expect(replay(stage, recording)).rejects.toThrow('Step 1 of');
  });

  it('lets no page in that is not listed, whatever client it says it is', async () => {
    for (const origin of ['https://claude.ai.evil.example', 'http://localhost:6275', 'null']) {
      const headers = { origin, 'access-control-request-method': 'POST', 'user-agent': 'Claude-User' };
      const answer = await request('OPTIONS', `${stage.server.base}/mcp`, { headers });
      expect([origin, answer.status, answer.headers['access-control-allow-origin']]).toEqual([
        origin,
        403,
        undefined,
      ]);
    }
  });
});
