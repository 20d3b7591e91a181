import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  credentials,
  folder,
  load,
  oauth2,
  oidc,
  problemsOf,
  type Settings,
} from '../support/provider-file.js';
import { loadConfig } from '../../src/config/load-config.js';
import { PRESETS } from '../../src/config/identity-providers/presets/index.js';

describe('the guides', () => {
  const text = readFileSync(new URL('../../docs/sso.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^( *)```yaml\n([\s\S]*?)^\1```/gm)]
    .map(([, indent, block]) => block!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))
    .filter((block) => block.startsWith('identityProviders:') && !block.includes('kind: saml'));

  it('have an entry for every kind of provider', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(6);
  });

  it.each(blocks)('have entries that can be used as they are: %#', (block) => {
    const path = join(folder, 'guide.yaml');
    writeFileSync(path, block);
    const secrets = [...block.matchAll(/env: (\w+)/g)].map(([, name]) => [name, 'secret']);
    const env = Object.fromEntries(secrets) as Record<string, string>;
    expect(problemsOf(() => loadConfig({ GATEHOUSE_CONFIG: path, DATA_DIR: folder, ...env }))).toEqual([]);
  });
});

describe('two environment variables', () => {
  it.each(PRESETS.map(({ id, variables }) => [id, variables]))('make the provider %s', (id, variables) => {
    const env = { [`${variables}_CLIENT_ID`]: 'the-id', [`${variables}_CLIENT_SECRET`]: 'the-secret' };
    const { identityProviders, environmentProviders } = loadConfig({ DATA_DIR: folder, ...env });
    expect(identityProviders).toMatchObject([
      { id, preset: id, clientId: 'the-id', clientSecret: 'the-secret', enabled: true, hidden: false },
    ]);
    expect(environmentProviders).toEqual([id]);
  });

  it('make each a provider of its own, after those of the file', () => {
    const env = Object.fromEntries(
      PRESETS.flatMap(({ variables }) => [
        [`${variables}_CLIENT_ID`, 'a'],
        [`${variables}_CLIENT_SECRET`, 'b'],
      ]),
    );
    const { identityProviders } = load([oidc], env);
    expect(identityProviders.map(({ id }) => id)).toEqual(['corporate', ...PRESETS.map(({ id }) => id)]);
  });

  it.each(['GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET'])('of which only %s is set are a problem', (name) => {
    const [missing] = ['GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET'].filter((one) => one !== name);
    expect(problemsOf(() => loadConfig({ DATA_DIR: folder, [name]: 'x' }))).toEqual([
      `${missing} is not set: GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET go together, set both or neither`,
    ]);
  });

  it('that are empty make nothing', () => {
    const { identityProviders } = loadConfig({
      DATA_DIR: folder,
      GITHUB_CLIENT_ID: '',
      GITHUB_CLIENT_SECRET: '',
    });
    expect(identityProviders).toEqual([]);
  });

  it('do not replace a provider of the same id in the file', () => {
    const env = { GITHUB_CLIENT_ID: 'a', GITHUB_CLIENT_SECRET: 'b' };
    const problems = problemsOf(() => load([{ ...oidc, id: 'github' }], env));
    expect(problems).toEqual(['identityProviders has github twice']);
  });

  it('of Microsoft mean one tenant when a third names it', () => {
    const env = { MICROSOFT_CLIENT_ID: 'a', MICROSOFT_CLIENT_SECRET: 'b' };
    const issuerOf = (more: Record<string, string> = {}) =>
      loadConfig({ DATA_DIR: folder, ...env, ...more }).identityProviders[0];
    expect(issuerOf()).toMatchObject({ issuer: 'https://login.microsoftonline.com/organizations/v2.0' });
    expect(issuerOf({ MICROSOFT_TENANT: 'contoso.com' })).toMatchObject({
      issuer: 'https://login.microsoftonline.com/contoso.com/v2.0',
    });
    expect(problemsOf(() => issuerOf({ MICROSOFT_TENANT: 'a/../b' }))).toEqual([
      'MICROSOFT_TENANT must be the id of a tenant, or organizations, common or consumers',
    ]);
  });
});

describe('a preset in the file', () => {
  it('gives what the entry does not say', () => {
    const [github] = load([
      { id: 'gh', preset: 'github', ...credentials, scopes: ['user:email'] },
    ]).identityProviders;
    expect(github).toMatchObject({
      kind: 'oauth2',
      name: 'GitHub',
      issuer: 'https://github.com/login/oauth',
      scopes: ['user:email'],
      mapping: { subject: 'id', name: ['name', 'login'] },
      emailLookup: { endpoint: 'https://api.github.com/user/emails', primary: 'primary' },
    });
  });

  it('keeps the rest of a mapping of which one thing is said', () => {
    const entry = { id: 'gh', preset: 'github', ...credentials, mapping: { name: ['login'] } };
    expect(load([entry]).identityProviders[0]).toMatchObject({ mapping: { subject: 'id', name: ['login'] } });
  });

  it('with other endpoints needs another issuer: its people are not GitHub’s', () => {
    const entry = { id: 'ghe', preset: 'github', ...credentials, tokenEndpoint: 'https://ghe.example.com/t' };
    expect(problemsOf(() => load([entry]))).toEqual([
      'identityProviders[0].issuer must be the URL that names this provider; a preset with other endpoints needs another one too',
    ]);
    expect(problemsOf(() => load([{ ...entry, issuer: 'https://ghe.example.com' }]))).toEqual([]);
  });

  it('that does not exist is a problem', () => {
    expect(problemsOf(() => load([{ id: 'x', preset: 'myspace', ...credentials }])).join()).toContain(
      'preset must be one of the following values: google, microsoft, github',
    );
  });
});

describe('a provider', () => {
  it.each<[string, Settings, string]>([
    ['without credentials', { ...oidc, clientSecret: undefined }, 'clientSecret must be a text'],
    ['with an unknown setting', { ...oidc, clientid: 'x' }, 'clientid is not a known setting'],
    ['at a plain address', { ...oidc, issuer: 'http://idp.example.com' }, 'is http; only https is safe'],
    ['for an address', { ...oidc, domains: ['ann@example.com'] }, 'domains must list domains'],
    [
      'for every subdomain',
      { ...oidc, allowedDomains: ['*.example.com'] },
      'allowedDomains must list domains',
    ],
    ['with a mapping to nothing', { ...oidc, mapping: { email: 'a..b' } }, 'mapping.email must be the name'],
    ['with a mapping that is a list', { ...oidc, mapping: [] }, 'mapping must be an object'],
    ['that sets the state', { ...oidc, authorizationParameters: { state: 'x' } }, 'must not have state'],
    ['with a parameter that is none', { ...oidc, authorizationParameters: { a: 1 } }, 'a must be a text'],
    [
      'of every tenant that is trusted',
      {
        ...oidc,
        issuer: 'https://login.microsoftonline.com/common/v2.0',
        trustEmail: true,
      },
      'lets in every Entra tenant',
    ],
    [
      'that knows people by a login name',
      { ...oauth2, mapping: { subject: 'login' } },
      'which somebody else can have',
    ],
    [
      'that knows people by an address',
      { ...oauth2, mapping: { subject: 'data.email' } },
      'which somebody else can have',
    ],
    ['without a subject', { ...oauth2, mapping: {} }, 'mapping.subject must be the name of a claim'],
    ['without a mapping', { ...oauth2, mapping: undefined }, 'mapping must be an object'],
    ['without a secret', { ...oauth2, clientSecret: undefined }, 'needs a clientSecret exactly when'],
    [
      'without a secret and PKCE',
      {
        ...oauth2,
        clientSecret: undefined,
        clientAuth: 'none',
        pkce: false,
      },
      'has neither a secret nor PKCE',
    ],
    ['that would sign an id_token', { ...oauth2, scopes: ['openid'] }, 'is of the kind oidc'],
    [
      'with a token endpoint on this machine',
      {
        ...oauth2,
        tokenEndpoint: 'http://127.0.0.1/token',
      },
      'is on this machine, and its issuer is not',
    ],
    [
      'with a plain user info endpoint',
      {
        ...oauth2,
        userInfoEndpoint: 'http://forge.example.com/me',
      },
      'userInfoEndpoint of forge is http',
    ],
  ])('%s is refused', (_what, settings, problem) => {
    expect(problemsOf(() => load([settings])).join('\n')).toContain(problem);
  });
});
