// `npm run generate tool <name>`: a tool of your own with its test, in the list, so that both work at once.
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const HELP = `Usage: npm run generate tool <name>

Makes a tool that clients can call and a test that calls it:

  src/tools/<name>.tools.ts    what it takes, who may call it, what it does
  test/tools/<name>.spec.ts    npm test -- test/tools/<name>.spec.ts

and adds it to the list in src/tools/index.ts. <name> is what clients call it: small letters and digits, parted by
"_" or "-", such as "forecast" or "weather_forecast". Nothing that exists is overwritten.`;
const NAME = /^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$/;
const LONGEST_NAME = 64;
/** The method has the name of the tool, and this one is no method. */
const RESERVED = 'constructor';
const LIST = 'src/tools/index.ts';
/** Where the tools of the server and of the installation are: their names are taken. */
const TOOL_FOLDERS = ['src/mcp/tools', 'src/tools'];

/** A mistake of the caller, told without a stack. */
export class Refused extends Error {}

/** Makes the files below `root`. @returns {Promise<string[]>} their paths @throws Refused before anything is written */
export async function generate(root, [kind, name, ...rest]) {
  if (kind !== 'tool') throw new Refused(`There is no generator "${kind ?? ''}".\n\n${HELP}`);
  if (name === undefined || rest.length > 0) throw new Refused(`One name is needed.\n\n${HELP}`);
  if (!NAME.test(name) || name.length > LONGEST_NAME || name === RESERVED)
    throw new Refused(
      `"${name}" is no name for a tool: small letters and digits, parted by "_" or "-", at most ${LONGEST_NAME}, and not "${RESERVED}".`,
    );
  const words = name.split(/[_-]/);
  const file = words.join('-');
  const type = `${words.map(capital).join('')}Tools`;
  const [tool, test] = [`src/tools/${file}.tools.ts`, `test/tools/${file}.spec.ts`];
  for (const path of [tool, test])
    if (existsSync(join(root, path))) throw new Refused(`${path} is there already; nothing was changed.`);
  const taken = declaring(root, name);
  if (taken) throw new Refused(`${taken} has a tool "${name}" already; nothing was changed.`);
  const files = {
    [tool]: toolFile(name, words, type),
    [test]: testFile(name),
    [LIST]: listed(readFileSync(join(root, LIST), 'utf8'), type, file),
  };
  for (const [path, text] of Object.entries(files)) await write(join(root, path), text);
  return Object.keys(files);
}

/** The file that declares a tool of the name. */
function declaring(root, name) {
  const files = TOOL_FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder)).map((each) => `${folder}/${each}`),
  );
  return files.find(
    (path) => path.endsWith('.ts') && readFileSync(join(root, path), 'utf8').includes(`name: '${name}',`),
  );
}

function listed(list, type, file) {
  const opening = /(const TOOLS: Type\[\] = \[)([^\]]*)\]/;
  if (!opening.test(list))
    throw new Refused(`${LIST} has no "const TOOLS: Type[] = [...]" to add ${type} to.`);
  const added = list.replace(opening, (_, before, known) => {
    const names = [...known.split(','), type].map((each) => each.trim()).filter(Boolean);
    return `${before}${names.join(', ')}]`;
  });
  return added.replace(
    /^(?:import .*\n)+/,
    (imports) => `${imports}import { ${type} } from './${file}.tools.js';\n`,
  );
}

async function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const options = await resolveConfig(path);
  writeFileSync(path, await format(text, { ...options, filepath: path }));
}

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

function toolFile(name, words, type) {
  const method = words.map((word, at) => (at === 0 ? word : capital(word))).join('');
  return `import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { RequireScopes, Tool, type ToolCaller } from '../mcp/index.js';

const Input = z.strictObject({ text: z.string().min(1).max(200) });

@Injectable()
export class ${type} {
  @Tool({
    name: '${name}',
    title: '${capital(words.join(' '))}',
    description: 'Says your text back to you',
    input: Input,
    annotations: { readOnlyHint: true },
  })
  @RequireScopes('mcp:tools:read')
  ${method}({ text }: z.output<typeof Input>, caller: ToolCaller): string {
    return \`\${caller.subject} says \${text}\`;
  }
}
`;
}

function testFile(name) {
  return `import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { callTool, TEST_ADMIN, testApp } from '../../src/testing/index.js';

describe('the tool ${name}', () => {
  let app: INestApplicationContext;
  beforeAll(async () => {
    app = await testApp();
  }, 120_000);
  afterAll(() => app.close());

  it('answers a person who allowed it', async () => {
    const scopes = ['mcp:tools:read'];
    const { content } = await callTool(app, '${name}', { text: 'hello' }, { as: TEST_ADMIN, scopes });
    expect(content).toEqual([{ type: 'text', text: expect.stringContaining('says hello') }]);
  });

  it('is refused without its scope', async () => {
    const called = callTool(app, '${name}', { text: 'hello' }, { as: TEST_ADMIN, scopes: ['openid'] });
    await expect(called).rejects.toMatchObject({ because: 'insufficient_scope', missing: ['mcp:tools:read'] });
  });
});
`;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const given = process.argv.slice(2);
  if (given.length === 0 || given.some((each) => ['--help', '-h', 'help'].includes(each))) console.log(HELP);
  else
    await generate(fileURLToPath(new URL('..', import.meta.url)), given).then(
      (paths) => console.log(`Made or changed:\n${paths.map((path) => `  ${path}`).join('\n')}`),
      (error) => {
        console.error(error instanceof Refused ? error.message : error);
        process.exitCode = 1;
      },
    );
}
