import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const STATE = /^(?:(conformant)|(partial|not done): (\S.+))$/;
const TEST = /^\[`(.+)`\]\(\.\.\/(\S+)\)$/;

/** Cells of one row of a table. */
const cellsOf = (line: string): string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

function rowsOf(page: string): string[] {
  const lines = page.split('\n').filter((line) => line.startsWith('|'));
  return lines.filter((line) => !/^\|[ -]+\|[ -]+\|[ -]+\|$|^\| (?:requirement|attack) /.test(line));
}

/** What is wrong with a row, as sentences. */
function problemsOf(line: string): string[] {
  const [requirement, state, tests, ...more] = cellsOf(line);
  if (!requirement || state === undefined || tests === undefined || more.length > 0)
    return ['a row is a requirement, a state and tests'];
  const [, conformant, weaker] = STATE.exec(state) ?? [];
  if (!conformant && !weaker) return [`${requirement}: the state is "${state}"`];
  const links = tests === '' ? [] : tests.split('<br>');
  if (links.length === 0 && weaker !== 'not done') return [`${requirement}: no test shows it`];
  return links.flatMap(testProblems).map((problem) => `${requirement}: ${problem}`);
}

const escaped = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');

function testProblems(link: string): string[] {
  const [, titles = '', path = ''] = TEST.exec(link) ?? [];
  if (!/spec\.ts$/.test(path) || !existsSync(join(ROOT, path))) return [`${link} is no spec file`];
  let rest = readFileSync(join(ROOT, path), 'utf8');
  for (const title of titles.split(' › ')) {
    // The first argument of a call, in the order in which blocks and tests are nested.
    const found = new RegExp(`(\\.skip|\\.todo)?\\(\\s*(['"\`])${escaped(title)}\\2`).exec(rest);
    if (!found) return [`${path} has no "${title}"`];
    if (found[1]) return [`${path}: "${title}" is skipped`];
    rest = rest.slice(found.index + found[0].length);
  }
  return [];
}

describe('docs/standards.md', () => {
  const rows = rowsOf(readFileSync(join(ROOT, 'docs/standards.md'), 'utf8'));

  it('has a state for every requirement, and a test that exists or a reason', () => {
    expect(rows.length).toBeGreaterThan(250);
    expect(rows.flatMap(problemsOf)).toEqual([]);
  });

  it('names every requirement of a specification once', () => {
    const all = rows.map((row) => cellsOf(row).join('|'));
    expect(all.filter((row, index) => all.indexOf(row) !== index)).toEqual([]);
  });
});

/** What is wrong with a row of attacks, as sentences. */
function threatProblemsOf(line: string): string[] {
  const [attack, answer, tests, ...more] = cellsOf(line);
  if (!attack || !answer || tests === undefined || more.length > 0)
    return ['a row is an attack, what is done about it, and tests'];
  if (tests !== '') return tests.split('<br>').flatMap(testProblems);
  return answer.startsWith('Cannot be made here: ') ? [] : [`${attack}: no test shows it`];
}

describe('docs/threat-model.md', () => {
  it('has for every attack a test that exists, or a reason why it cannot be made', () => {
    const rows = rowsOf(readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8'));
    expect(rows.length).toBeGreaterThan(75);
    expect(rows.flatMap(threatProblemsOf)).toEqual([]);
  });

  it('would be refused without a reason, or with a test that is not there', () => {
    expect(threatProblemsOf('| A way in | Cannot be made here: there is no such way | |')).toEqual([]);
    for (const row of [
      '| A way in | Shut | |',
      '| A way in | Shut |',
      '| A way in | Shut | [`PKCE › nothing`](../test/oauth/authorize.e2e-spec.ts) |',
    ])
      expect(threatProblemsOf(row)).toHaveLength(1);
  });
});

describe('the check of docs/standards.md', () => {
  const PKCE = '../test/oauth/authorize.e2e-spec.ts';
  const GOOD = '`PKCE › is required with S256 and a well-formed challenge`';

  it('takes a row whose test is there', () => {
    expect(problemsOf(`| PKCE | conformant | [${GOOD}](${PKCE}) |`)).toEqual([]);
    expect(
      problemsOf(`| PKCE | partial: but \`plain\` | [${GOOD}](${PKCE})<br>[${GOOD}](${PKCE}) |`),
    ).toEqual([]);
    expect(problemsOf('| PKCE | not done: nobody asked | |')).toEqual([]);
  });

  it.each([
    [
      'a title that has changed',
      '| PKCE | conformant | [`PKCE › is required with S256`](../test/oauth/authorize.e2e-spec.ts) |',
    ],
    ['a block that has changed', `| PKCE | conformant | [${GOOD.replace('PKCE', 'Pkce')}](${PKCE}) |`],
    ['titles the wrong way round', `| PKCE | conformant | [\`scope › PKCE\`](${PKCE}) |`],
    ['a file that is not there', `| PKCE | conformant | [${GOOD}](../test/oauth/nowhere.e2e-spec.ts) |`],
    ['a file that is no spec', `| PKCE | conformant | [${GOOD}](../src/main.ts) |`],
    ['no test', '| PKCE | conformant | |'],
    ['no test for what is partial', '| PKCE | partial: but `plain` | |'],
    ['no reason for what is partial', `| PKCE | partial | [${GOOD}](${PKCE}) |`],
    ['no reason for what is not done', '| PKCE | not done | |'],
    ['another state', `| PKCE | planned: soon | [${GOOD}](${PKCE}) |`],
    ['too few cells', '| PKCE | conformant |'],
  ])('refuses %s', (_what, row) => {
    expect(problemsOf(row)).toHaveLength(1);
  });
});
