import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { check, resolveConfig } from 'prettier';
import { temporaryFolder } from '../support/server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = [
  'package.json',
  '.prettierrc.json',
  'scripts/generate.mjs',
  'src/tools/index.ts',
  'src/mcp/tools',
];

describe('npm run generate', () => {
  let copy: string;
  beforeEach(() => {
    copy = temporaryFolder();
    for (const path of COPIED) cpSync(join(root, path), join(copy, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });

  const generate = (...args: string[]) =>
    new Promise<{ code: number; said: string }>((done) => {
      execFile(
        'npm',
        ['run', '--silent', 'generate', '--', ...args],
        { cwd: copy },
        (error, stdout, stderr) =>
          done({ code: Number(error?.code ?? 0), said: stdout + stderr.replace(/^npm warn .*\n/gm, '') }),
      );
    });
  const read = (path: string): string => readFileSync(join(copy, path), 'utf8');
  const LIST = 'src/tools/index.ts';

  it('makes a tool, its test and its place in the list, all of them as they are formatted here', async () => {
    const tools = ['forecast', 'weather_forecast_of_the_day', 'parcels-for-somebody-who-is-far-away'];
    const before = read(LIST);
    for (const name of tools) expect(await generate('tool', name)).toMatchObject({ code: 0 });
    expect(read('src/tools/weather-forecast-of-the-day.tools.ts')).toContain(
      "name: 'weather_forecast_of_the_day',",
    );
    expect(before).toContain('TOOLS: Type[] = []');
    for (const listed of [
      'ForecastTools',
      'WeatherForecastOfTheDayTools',
      'ParcelsForSomebodyWhoIsFarAwayTools',
    ])
      expect(read(LIST).split(listed)).toHaveLength(3);
    const options = { ...(await resolveConfig(join(root, LIST))), parser: 'typescript' };
    const files = [
      LIST,
      ...tools.flatMap((name) => {
        const file = name.replaceAll('_', '-');
        return [`src/tools/${file}.tools.ts`, `test/tools/${file}.spec.ts`];
      }),
    ];
    for (const file of files) expect([file, await check(read(file), options)]).toEqual([file, true]);
  });

  it('overwrites nothing, and changes nothing when it refuses', async () => {
    await generate('tool', 'forecast');
    writeFileSync(join(copy, 'src/tools/forecast.tools.ts'), '// mine');
    const list = read(LIST);
    const { code, said } = await generate('tool', 'forecast');
    expect([code, said]).toEqual([1, 'src/tools/forecast.tools.ts is there already; nothing was changed.\n']);
    expect([read('src/tools/forecast.tools.ts'), read(LIST)]).toEqual(['// mine', list]);
  });

  it('refuses a name that a tool has already, which would keep the server from starting', async () => {
    const { code, said } = await generate('tool', 'whoami');
    expect([code, said]).toEqual([
      1,
      expect.stringContaining('identity.tools.ts has a tool "whoami" already'),
    ]);
    expect(existsSync(join(copy, 'src/tools/whoami.tools.ts'))).toBe(false);
  });

  it.each(['Forecast', '../escape', 'a b', '1st', 'x_', 'constructor', 'a'.repeat(65), '__proto__'])(
    'refuses the name %s and says what a name is',
    async (name) => {
      const list = read(LIST);
      const { code, said } = await generate('tool', name);
      expect([code, said]).toEqual([1, expect.stringContaining('is no name for a tool: small letters')]);
      expect(read(LIST)).toBe(list);
    },
  );

  it('explains itself, and says what it does not know', async () => {
    for (const args of [[], ['help'], ['tool', '-h']]) {
      expect(await generate(...args)).toEqual({
        code: 0,
        said: expect.stringContaining('Usage: npm run generate'),
      });
    }
    expect(await generate('page', 'x')).toEqual({
      code: 1,
      said: expect.stringContaining('There is no generator "page".'),
    });
    for (const args of [['tool'], ['tool', 'a', 'b']])
      expect(await generate(...args)).toEqual({
        code: 1,
        said: expect.stringContaining('One name is needed.'),
      });
  });
});
