import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string, env: Record<string, string> = {}) {
  const path = join(folder, 'gatehouse.yaml');
  writeFileSync(path, yaml);
  return () => loadConfig({ GATEHOUSE_CONFIG: path, ...env });
}

describe('A file of another shape', () => {
  it.each([
    'policies:',
    'clients:',
    'trustedIssuers:',
    'policies: {keys: }',
    'policies: {registrationRules: x}',
    'policies: {registrationRules: [{trust: approved, match: }]}',
    'resources: [null]',
    'clients: [{clientId: a, name: A, authMethod: 7}]',
  ])('is refused as such: %s', (yaml) => {
    expect(load(yaml)).toThrow(ConfigError);
  });

  it('does not hide what else is wrong', () => {
    expect(load('clients:', { PUBLIC_URL: 'ftp://nowhere' })).toThrow(/PUBLIC_URL[\s\S]*clients/);
  });
});
