import { describe, expect, it } from '@jest/globals';
import { apiKeyProblems } from './api-keys.js';
import { FileSection } from './file.section.js';
import { readAs } from './validation.js';

function problemsOf(file: object): string[] {
  const problems: string[] = [];
  const read = readAs(FileSection, file, '', problems);
  return [...problems, ...(read ? apiKeyProblems(read) : [])];
}

describe('API keys in the configuration file', () => {
  it('are for the MCP resource, and for people, services or both', () => {
    expect(problemsOf({ resources: [{ id: 'mcp', apiKeys: ['people', 'services'] }] })).toEqual([]);
    expect(problemsOf({ resources: [{ id: 'mcp', apiKeys: ['everybody'] }] })).toHaveLength(1);
  });

  it.each(['admin', 'https://orders.example/api'])('are not for %s', (id) => {
    expect(problemsOf({ resources: [{ id, apiKeys: ['people'] }] })).toEqual([
      `resources: ${id} cannot take API keys; only mcp can`,
    ]);
  });

  it('do not live longer than they may', () => {
    expect(problemsOf({ lifetimes: { apiKey: '30d', apiKeyMax: '20d' } })).toEqual([
      'lifetimes.apiKey is longer than lifetimes.apiKeyMax',
    ]);
  });

  it('leave their name to no client', () => {
    const client = { clientId: 'api-key', name: 'Impostor', redirectUris: ['https://a.test/cb'] };
    expect(problemsOf({ clients: [client] })).toHaveLength(1);
  });
});
