import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');

it('docs/storage.md says of every table what a row of it is', () => {
  const src = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const tables = src
    .filter((file) => file.endsWith('.entity.ts'))
    .flatMap((file) => [...readFileSync(join(ROOT, 'src', file), 'utf8').matchAll(/@Entity\('(\w+)'\)/g)])
    .map(([, table]) => table!);
  expect(tables.length).toBeGreaterThan(30);
  const page = readFileSync(join(ROOT, 'docs/storage.md'), 'utf8');
  expect(tables.filter((table) => !page.includes(`\n| \`${table}\` `))).toEqual([]);
});
