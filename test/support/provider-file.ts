import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { stringify } from 'yaml';
import { ConfigError } from '../../src/config/config-error.js';
import { loadConfig } from '../../src/config/load-config.js';

export const folder = mkdtempSync(join(tmpdir(), 'gatehouse-providers-'));
afterAll(() => rmSync(folder, { recursive: true }));

export type Settings = Record<string, unknown>;

/** The configuration that has these providers. @throws ConfigError */
export function load(identityProviders: Settings[], env: Record<string, string> = {}, file: object = {}) {
  const path = join(folder, 'gatehouse.yaml');
  writeFileSync(path, stringify({ identityProviders, ...file }));
  return loadConfig({ GATEHOUSE_CONFIG: path, DATA_DIR: folder, ...env });
}

/** What is wrong with a configuration. */
export function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

export const credentials = { clientId: 'gatehouse', clientSecret: 'secret' };
export const oidc = { id: 'corporate', kind: 'oidc', issuer: 'https://idp.example.com', ...credentials };
export const oauth2 = {
  id: 'forge',
  kind: 'oauth2',
  issuer: 'https://forge.example.com',
  authorizationEndpoint: 'https://forge.example.com/authorize',
  tokenEndpoint: 'https://forge.example.com/token',
  userInfoEndpoint: 'https://forge.example.com/me',
  mapping: { subject: 'id' },
  ...credentials,
};
