import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, type AppConfig, type ScopeRule } from '../config/index.js';
import { ScopeCatalogue } from './scope-catalogue.js';
import { ScopeRules } from './scope-rules.js';

const OWN = { name: 'notes:write', sentence: 'Write notes', group: 'change' as const };

function rules(...scopeRules: ScopeRule[]): ScopeRules {
  const config = { scopes: [OWN], policies: { scopeRules } } as unknown as AppConfig;
  return new ScopeRules(config, new ScopeCatalogue(config));
}
const client = (
  id: string,
  redirectUris: string[] = [],
  registration: 'static' | 'cimd' | 'dcr' = 'static',
) => ({
  id,
  registration,
  redirectUris,
});
const ANY = client('any');

describe('a scope that a rule names', () => {
  const written = rules({ scopes: ['notes:write'], groups: ['Engineering', 'SRE'] });

  it('is granted by the people of one of its groups, however the name is written, and by nobody else', () => {
    expect(written.allow('notes:write', ANY, ['sre'])).toBe(true);
    expect(written.allow('notes:write', ANY, ['everyone', 'ＥNGINEERING'])).toBe(true);
    expect(written.allow('notes:write', ANY, ['everyone'])).toBe(false);
    expect(written.allow('notes:write', ANY, [])).toBe(false);
  });

  it('leaves others alone', () => {
    expect(written.allow('mcp:tools:execute', ANY, [])).toBe(true);
    expect(rules().allow('notes:write', ANY, [])).toBe(true);
  });

  it('cannot be had by way of one that includes it', () => {
    const read = rules({ scopes: ['mcp:tools:read'], groups: ['staff'] });
    expect(read.allow('mcp:tools:execute', ANY, [])).toBe(false);
    expect(read.allow('mcp:tools:execute', ANY, ['staff'])).toBe(true);
    const users = rules({ scopes: ['admin:users'], groups: ['hr'] });
    expect(users.allow('admin:users:read', ANY, [])).toBe(true);
  });

  it('may be granted by several rules, each for its own clients', () => {
    const two = rules(
      { scopes: ['notes:write'], groups: ['engineering'], clients: ['ide'] },
      { scopes: ['notes:write'], groups: ['everyone'], clients: ['notebook'] },
    );
    expect(two.allow('notes:write', client('ide'), ['engineering'])).toBe(true);
    expect(two.allow('notes:write', client('ide'), ['everyone'])).toBe(false);
    expect(two.allow('notes:write', client('notebook'), ['everyone'])).toBe(true);
    expect(two.allow('notes:write', client('other'), ['engineering', 'everyone'])).toBe(false);
  });
});

describe('a client of a rule', () => {
  const allows = (clients: string[], asking: ReturnType<typeof client>) =>
    rules({ scopes: ['notes:write'], groups: ['g'], clients }).allow('notes:write', asking, ['g']);
  const DOCUMENT = 'https://app.example.com/oauth/client.json';

  it.each([
    ['the host that all its answers go to', ['claude.ai'], client('x', ['https://claude.ai/cb'])],
    ['a sub-domain', ['*.example.com'], client('x', ['https://a.example.com/cb', 'https://b.example.com/'])],
    ['the host of its document', ['app.example.com'], client(DOCUMENT, ['http://127.0.0.1/cb'], 'cimd')],
    ['the URL of its document', [DOCUMENT], client(DOCUMENT, [], 'cimd')],
  ])('is known by %s', (_what, clients, asking) => expect(allows(clients, asking)).toBe(true));

  it.each([
    ['one of two hosts', ['claude.ai'], client('x', ['https://claude.ai/cb', 'https://evil.test/cb'])],
    ['a host without https', ['claude.ai'], client('x', ['http://claude.ai/cb'])],
    ['a host in the user information', ['claude.ai'], client('x', ['https://claude.ai@evil.test/cb'])],
    ['a host that it only begins with', ['claude.ai'], client('x', ['https://claude.ai.evil.test/cb'])],
    ['no redirect URI at all', ['claude.ai'], client('x', [])],
    [
      'where a document of another host sends answers',
      ['claude.ai'],
      client(DOCUMENT, ['https://claude.ai/cb'], 'cimd'),
    ],
    ['a private-use scheme', ['cursor'], client('x', ['cursor://claude.ai/cb'])],
  ])('is not known by %s', (_what, clients, asking) => expect(allows(clients, asking)).toBe(false));
});

describe('a rule about a scope that there is not', () => {
  it('is a reason not to start', () => {
    expect(() => rules({ scopes: ['notes:wirte'], groups: ['g'] })).toThrow(ConfigError);
  });
});
