import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { SHORT_LIVED } from '../support/short-lived.mjs';

const bundle = new URL('../../dist/bundle/server/', import.meta.url);

/** Whether V8 takes what was kept for a start with these flags; `undefined` when nothing was kept for it. */
function refusedWith(flags: readonly string[]): unknown {
  const load = `import { loadServer } from ${JSON.stringify(new URL('load.js', bundle).href)};`;
  const tell = 'console.log(JSON.stringify({ refused: loadServer().script.cachedDataRejected }))';
  const output = execFileSync(process.execPath, [...flags, '--input-type=module', '-e', load + tell]);
  return (JSON.parse(output.toString()) as { refused?: boolean }).refused;
}

describe('what V8 compiled of the server before', () => {
  it('is taken at a usual start, and with the flags of the tests', () => {
    expect(refusedWith([])).toBe(false);
    expect(refusedWith(SHORT_LIVED)).toBe(false);
  });

  it('is not offered to a Node with other flags', () => {
    expect(refusedWith(['--stack-size=900'])).toBeUndefined();
  });

  it('belongs to a file in which each byte is a character', () => {
    expect(readFileSync(new URL('server.cjs', bundle)).every((byte) => byte < 0x80)).toBe(true);
  });
});
