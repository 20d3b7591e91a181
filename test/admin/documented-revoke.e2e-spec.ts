import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { OPS_CLIENT_ID, OPS_CLIENT_SECRET, startServer, temporaryFolder } from '../support/server.js';

/** The shell of a section of the page, as it is printed. */
function shellOf(page: string, heading: string): string {
  const section = page.slice(page.indexOf(`\n## ${heading}\n`)).split(/\n## /)[1] ?? '';
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!).join('\n');
}

it('the documented way to find, plan and apply works as it is printed', async () => {
  const server = await startServer();
  const page = readFileSync(new URL('../../docs/admin-api.md', import.meta.url), 'utf8');
  const script = `${shellOf(page, 'A token')}\n${shellOf(page, 'Find, plan, apply')}`;
  expect(script).toContain('base=http://localhost:3000');
  const output = execFileSync('bash', ['-euc', script.replace('http://localhost:3000', server.url)], {
    cwd: temporaryFolder(),
    env: {
      PATH: process.env.PATH,
      BOOTSTRAP_CLIENT_ID: OPS_CLIENT_ID,
      BOOTSTRAP_CLIENT_SECRET: OPS_CLIENT_SECRET,
    },
    encoding: 'utf8',
  });
  const [plan, receipt] = output
    .replace('}{', '}\n{')
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(plan.counts).toMatchObject({ people: 0, grants: 0 });
  expect(receipt).toMatchObject({ id: plan.id, reason: 'A lost laptop', propagated: true });
});
