import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Text that stands in for an existing file, because rules that know types know only files of the project. */
const PLANTED = {
  environment: { file: 'src/audit/audit-log.ts', text: 'export const planted = process.env.PORT;\n' },
  environmentInConfig: {
    file: 'src/config/load-config.ts',
    text: 'export const planted = process.env.PORT;\n',
  },
  longFile: { file: 'src/audit/audit-log.ts', text: 'export {};\n'.repeat(201) },
  fullFile: { file: 'src/audit/audit-log.ts', text: 'export {};\n'.repeat(200) },
  longFunction: {
    file: 'src/audit/audit-log.ts',
    text: `export function planted(): number {\n  let n = 0;\n${'  n++;\n'.repeat(50)}  return n;\n}\n`,
  },
  manyParameters: {
    file: 'src/audit/audit-log.ts',
    text: 'export const planted = (a: 1, b: 2, c: 3, d: 4, e: 5) => [a, b, c, d, e];\n',
  },
  floatingPromise: {
    file: 'src/audit/audit-log.ts',
    text: 'export function planted(): void {\n  Promise.resolve(1);\n}\n',
  },
} satisfies Record<string, { file: string; text: string }>;

describe('the linter', () => {
  let rules: Record<keyof typeof PLANTED, string[]>;

  // In a process of its own: the linter loads its configuration in ways that Jest does not support.
  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', LINT, JSON.stringify(PLANTED)],
      // On a build server its parser would take the text of files from the disk, whatever it is given.
      { cwd: root, env: { ...process.env, TSESTREE_SINGLE_RUN: 'false' } },
    );
    rules = JSON.parse(stdout) as typeof rules;
  }, 180_000);

  it('refuses to read the environment outside config', () => {
    expect(rules.environment).toContain('no-restricted-syntax');
    expect(rules.environmentInConfig).not.toContain('no-restricted-syntax');
  });

  it('refuses a file of more than 200 lines', () => {
    expect(rules.longFile).toContain('max-lines');
    expect(rules.fullFile).not.toContain('max-lines');
  });

  it('refuses a function of more than 50 lines', () => {
    expect(rules.longFunction).toContain('max-lines-per-function');
  });

  it('refuses a function of more than 4 parameters', () => {
    expect(rules.manyParameters).toContain('max-params');
  });

  it('refuses a promise that nobody waits for', () => {
    expect(rules.floatingPromise).toContain('@typescript-eslint/no-floating-promises');
  });
});

const LINT = `
  import { ESLint } from 'eslint';
  const eslint = new ESLint();
  const rules = {};
  for (const [name, { file, text }] of Object.entries(JSON.parse(process.argv[1]))) {
    const [result] = await eslint.lintText(text, { filePath: file });
    rules[name] = result.messages.filter(({ severity }) => severity === 2).map(({ ruleId, message }) => ruleId ?? message);
  }
  console.log(JSON.stringify(rules));
`;
