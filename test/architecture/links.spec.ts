import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');

function pages(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const all = [...readdirSync(ROOT), ...docs.map((file) => join('docs', file))];
  return all.filter((file) => file.endsWith('.md')).map((file) => join(ROOT, file));
}

const withoutFences = (page: string): string => page.replace(/^ *(```|~~~)[^]*?^ *\1/gm, '');

/** The ids that a renderer gives to headings: a repeated one is numbered. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const ids = new Set<string>();
  for (const [, heading = ''] of withoutFences(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const id = words
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    const count = seen.get(id) ?? 0;
    seen.set(id, count + 1);
    ids.add(count === 0 ? id : `${id}-${count}`);
  }
  return ids;
}

const linksOf = (page: string): string[] => {
  const text = withoutFences(page).replace(/`[^`\n]*`/g, '');
  const inline = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)];
  const references = [...text.matchAll(/^\[[^\]]+\]: +(\S+)/gm)];
  return [...inline, ...references].map(([, target]) => target!);
};

/** Links of a page that lead nowhere; what is on other sites is not looked at. */
function brokenIn(file: string, page: string): string[] {
  return linksOf(page).filter((link) => {
    if (/^(?:https?|mailto):/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : resolve(dirname(file), decodeURI(path));
    if (!target.startsWith(ROOT) || !existsSync(target)) return true;
    if (anchor === undefined) return false;
    if (statSync(target).isDirectory() || !target.endsWith('.md')) return true;
    return !anchorsOf(target === file ? page : readFileSync(target, 'utf8')).has(anchor);
  });
}

describe('the documentation', () => {
  it('has no link to a page, a file or a heading that is not there', () => {
    const files = pages();
    expect(files.length).toBeGreaterThan(20);
    const broken = files.flatMap((file) =>
      brokenIn(file, readFileSync(file, 'utf8')).map((link) => `${relative(ROOT, file)}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('is listed in the README, page by page', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const linked = new Set(linksOf(readme).map((link) => resolve(ROOT, link.split('#')[0]!)));
    const docs = pages().filter((file) => dirname(file) === join(ROOT, 'docs'));
    expect(docs.filter((file) => !linked.has(file)).map((file) => relative(ROOT, file))).toEqual([]);
  });
});

describe('the check of links', () => {
  const README = join(ROOT, 'README.md');

  it.each([
    ['a page', '[x](docs/keys.md)'],
    ['a heading', '[x](docs/keys.md#the-life-of-a-key)'],
    ['a heading with code and punctuation', '[x](docs/keys.md#changing-encryption_keys)'],
    ['a heading of the same page', '# Once more?\n\n[x](#once-more)'],
    ['the second of two headings', '# a\n\n# a\n\n[x](#a-1)'],
    ['a folder', '[x](docs/decisions)'],
    ['another site', '[x](https://nowhere.example/a#b)'],
    ['a sample in a fence', '```md\n[x](nowhere.md)\n```'],
    ['a sample in a line', '`[x](nowhere.md)`'],
  ])('takes a link to %s', (_what, page) => {
    expect(brokenIn(README, page)).toEqual([]);
  });

  it.each([
    ['a page that is not there', '[x](docs/nowhere.md)'],
    ['a heading that is not there', '[x](docs/keys.md#nowhere)'],
    ['a heading in a fence', '```sh\n# once\n```\n\n[x](#once)'],
    ['a line of source', '[x](src/main.ts#L3)'],
    ['what is outside the project', '[x](../)'],
    ['a reference', '[x][r]\n\n[r]: docs/nowhere.md'],
  ])('refuses a link to %s', (_what, page) => {
    expect(brokenIn(README, page)).toHaveLength(1);
  });
});
