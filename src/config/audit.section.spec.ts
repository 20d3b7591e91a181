import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { loadConfig } from './load-config.js';

describe('audit in the configuration file', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'));
    mkdirSync(join(folder, 'archive'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const load = (audit: object) => {
    const file = join(folder, 'gatehouse.yaml');
    writeFileSync(file, stringify({ audit }));
    return loadConfig({ GATEHOUSE_CONFIG: file, DATA_DIR: folder });
  };

  it('keeps everything for good unless it says otherwise', () => {
    const { retention, archiveFolder } = load({}).audit;
    expect([retention.security, retention.admin, retention.toolCall, retention.verbose]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([retention.dropAfter, retention.hold, archiveFolder]).toEqual([7 * 86_400, undefined, undefined]);
  });

  it('has a period for each class, and a folder beside the file', () => {
    const { audit } = load({
      archiveFolder: 'archive',
      retention: { toolCall: '400d', verbose: '24h', hold: 'case 4711' },
    });
    expect(audit).toMatchObject({
      archiveFolder: join(folder, 'archive'),
      retention: { toolCall: 400 * 86_400, verbose: 86_400, hold: 'case 4711' },
    });
  });

  it.each<[string, object, string]>([
    ['a period without a folder', { retention: { admin: '30d' } }, 'audit.archiveFolder is not set'],
    [
      'a folder that is not there',
      { archiveFolder: 'nowhere', retention: { admin: '30d' } },
      'audit.archiveFolder is not a folder that can be written to',
    ],
    [
      'a file for a folder',
      { archiveFolder: 'gatehouse.yaml' },
      'audit.archiveFolder is not a folder that can be written to',
    ],
    [
      'less than a day',
      { archiveFolder: 'archive', retention: { admin: '30m' } },
      'audit.retention.admin must be at least 1d',
    ],
    [
      'a number of days that is no duration',
      { archiveFolder: 'archive', retention: { admin: '7y' } },
      'audit.retention.admin',
    ],
    ['an unknown class', { retention: { tools: '30d' } }, 'audit.retention.tools is not a known setting'],
    ['a hold for nothing', { retention: { hold: '' } }, 'audit.retention.hold'],
  ])('refuses %s', (_, audit, problem) => {
    expect(() => load(audit)).toThrow(problem);
  });
});
