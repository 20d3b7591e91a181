import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { EVENT_TYPES } from '../../src/audit/event-types.js';

const SRC = join(import.meta.dirname, '../../src');

/** The source of the server, without the catalogue itself. */
function source(): string {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' });
  return files
    .filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !/event-types|\.events\.ts$/.test(file),
    )
    .map((file) => readFileSync(join(SRC, file), 'utf8'))
    .join('\n');
}

describe('The catalogue of audit events', () => {
  it('names no event that nothing writes', () => {
    const code = source();
    const unwritten = Object.keys(EVENT_TYPES).filter((type) => !code.includes(`'${type}'`));
    expect(unwritten).toEqual([]);
  });
});
