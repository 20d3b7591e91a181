import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { callTool, connect, mcpCall } from '../support/actors.js';
import { freshCopy } from '../support/fresh-copy.js';
import { get } from '../support/http.js';
import { freePort } from '../support/server-process.js';
import { Shell } from '../support/shell.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, temporaryFolder, type TestServer } from '../support/server.js';

/** A command to type, or the whole of a file that the sentence before it names. */
type Step = { readonly command: string } | { readonly file: string; readonly text: string };

/** What a section of a page tells its reader to do, in the order in which it does. */
function stepsOf(page: string, heading: string): Step[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const steps = section.matchAll(/(?:[Ii]n `([^`\n]+)`:\n\n)?```(ts|sh)\n([\s\S]*?)```/g);
  return [...steps].flatMap(([, file, language, text = '']): Step[] =>
    language === 'sh'
      ? text
          .trim()
          .split('\n')
          .map((command) => ({ command }))
      : [{ file: file ?? '', text }],
  );
}

const page = readFileSync(new URL('../../docs/tools.md', import.meta.url), 'utf8');
const steps = stepsOf(page, 'Your first guarded tool in five minutes');

describe('The page on tools of your own, followed word for word', () => {
  let server: TestServer;
  let started: Shell;

  beforeAll(async () => {
    const copy = freshCopy();
    const port = await freePort();
    const url = `http://localhost:${port}`;
    server = { url, origin: url, base: url, port } as unknown as TestServer;
    const env = {
      PORT: String(port),
      PUBLIC_URL: url,
      DATA_DIR: join(copy, 'data'),
      BOOTSTRAP_ADMIN_EMAIL: ADMIN_EMAIL,
      BOOTSTRAP_ADMIN_PASSWORD: ADMIN_PASSWORD,
    };
    for (const step of steps) {
      if ('file' in step) {
        mkdirSync(dirname(join(copy, step.file)), { recursive: true });
        writeFileSync(join(copy, step.file), step.text);
      } else if (step.command === 'npm start') {
        started = new Shell(step.command, copy, env);
        const isReady = () =>
          get(`${url}/health/ready`).then(
            ({ status }) => status === 200,
            () => false,
          );
        await started.until(isReady, 120_000);
      } else {
        // What the tools of the copy keep for the next time goes with it.
        const said = await new Shell(step.command, copy, { TMPDIR: temporaryFolder() }).succeeds();
        if (step.command.startsWith('npm test')) expect(said).toContain('3 passed, 0 failed');
      }
    }
  }, 300_000);

  it('has these steps, and a tool of no more than 25 lines', () => {
    expect(steps.map((step) => ('file' in step ? step.file : step.command))).toEqual([
      'npm run generate tool forecast',
      'src/tools/forecast.tools.ts',
      'test/tools/forecast.spec.ts',
      'npm test -- test/tools/forecast.spec.ts',
      'npm start',
    ]);
    const tool = steps.find((step) => 'file' in step)!;
    expect('text' in tool && tool.text.trim().split('\n').length).toBeLessThanOrEqual(25);
  });

  it('ends with a tool that a person’s client calls', async () => {
    const { tokens } = await connect(server);
    const { result } = await callTool(server, tokens.access_token, 'forecast', {
      city: 'Bern',
      why: 'secret trip',
    });
    expect(result.content[0].text).toMatch(/^Sunny in Bern, /);
  });

  it('and that is refused with a challenge without its scope', async () => {
    const { tokens } = await connect(server, { scope: 'openid' });
    const refused = await mcpCall(server, tokens.access_token, 'tools/call', {
      name: 'forecast',
      arguments: { city: 'x' },
    });
    expect([refused.status, refused.challenge]).toEqual([
      403,
      expect.stringContaining('scope="mcp:tools:read"'),
    ]);
  });

  it('and whose scopes and risk the start told, in one line of the log', () => {
    const line = started.output.split('\n').find((each) => each.includes('tools are served')) ?? '{}';
    const { tools, level } = JSON.parse(line) as { tools: unknown[]; level: number };
    expect(level).toBe(30);
    expect(tools).toContainEqual({ name: 'forecast', scopes: ['mcp:tools:read'], risk: 'read' });
    expect(tools).toContainEqual({
      name: 'notes_delete',
      scopes: ['mcp:tools:execute'],
      risk: 'destructive',
    });
  });
});
