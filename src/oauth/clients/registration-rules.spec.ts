import { describe, expect, it } from '@jest/globals';
import type { RegistrationRule } from '../../config/index.js';
import {
  hostMatches,
  mayFetchDocument,
  redirectsFit,
  registrationRule,
  type Applicant,
} from './registration-rules.js';

const rule = (match: RegistrationRule['match'], trust: RegistrationRule['trust']): RegistrationRule => ({
  match,
  trust,
});

const withRules = (...registrationRules: RegistrationRule[]) => ({
  policies: { registrationRules, clients: { redirect_prefixes: ['https://chatgpt.com/connector/oauth/'] } },
});

const applicant = (over: Partial<Applicant> = {}): Applicant => ({
  kind: 'dcr',
  redirectUris: ['https://a.corp.test/cb'],
  ...over,
});

describe('A host pattern', () => {
  it.each([
    ['*.corp.test', 'a.corp.test'],
    ['*.corp.test', 'a.b.corp.test'],
    ['corp.test', 'corp.test'],
    ['localhost', 'localhost'],
  ])('%s is about %s', (pattern, host) => expect(hostMatches(pattern, host)).toBe(true));

  it.each([
    ['*.corp.test', 'corp.test'],
    ['*.corp.test', '.corp.test'],
    ['*.corp.test', 'evilcorp.test'],
    ['*.corp.test', 'corp.test.evil.test'],
    ['*.corp.test', 'a.corp.test.'],
    ['*.corp.test', 'a.corp.test.evil.test'],
    ['*.corp.test', 'a.xn--crp-hoa.test'],
    ['corp.test', 'a.corp.test'],
    ['corp.test', 'corp.test.'],
  ])('%s is not about %s', (pattern, host) => expect(hostMatches(pattern, host)).toBe(false));
});

describe('The rule for an application', () => {
  const approve = rule({ redirectHosts: ['*.corp.test'] }, 'approved');
  const refuse = rule({}, 'refused');

  it('is the first that matches', () => {
    const config = withRules(approve, refuse);
    expect(registrationRule(config, applicant())).toBe(approve);
    expect(registrationRule(config, applicant({ redirectUris: ['https://evil.test/cb'] }))).toBe(refuse);
    expect(registrationRule(withRules(), applicant())).toBeUndefined();
  });

  it.each([
    ['one of several redirect URIs is elsewhere', ['https://a.corp.test/cb', 'https://evil.test/cb']],
    ['there is no redirect URI', []],
    ['a redirect URI has user information', ['https://a.corp.test@evil.test/cb']],
    ['the host is before an @', ['https://x:a.corp.test@evil.test/']],
    ['the host has a trailing dot', ['https://a.corp.test./cb']],
    ['the host is a look-alike', ['https://a.\u0441orp.test/cb']],
    ['the redirect URI has no host', ['corp.test:/cb']],
  ])('does not match when %s', (_what, redirectUris) =>
    expect(registrationRule(withRules(approve), applicant({ redirectUris }))).toBeUndefined(),
  );

  it('reads the host as browsers do', () => {
    expect(
      registrationRule(withRules(approve), applicant({ redirectUris: ['https://A.CORP.test:8443/cb'] })),
    ).toBe(approve);
  });

  it('may be about documents or registrations only', () => {
    const documents = rule({ kinds: ['cimd'] }, 'refused');
    expect(registrationRule(withRules(documents), applicant())).toBeUndefined();
    expect(registrationRule(withRules(documents), applicant({ kind: 'cimd' }))).toBe(documents);
  });

  it('may be about a software id, and about the host of a document', () => {
    const software = rule({ softwareIds: ['s-1'] }, 'refused');
    expect(registrationRule(withRules(software), applicant({ softwareId: 's-1' }))).toBe(software);
    expect(registrationRule(withRules(software), applicant({ softwareId: null }))).toBeUndefined();
    const host = rule({ clientIdHosts: ['app.test'] }, 'approved');
    const document = applicant({ kind: 'cimd', clientId: 'https://app.test/c.json' });
    expect(registrationRule(withRules(host), document)).toBe(host);
    expect(registrationRule(withRules(host), applicant())).toBeUndefined();
  });
});

describe('A list of redirect URIs', () => {
  const listed = rule(
    { redirectUris: ['https://chatgpt.com/connector_platform_oauth_redirect', 'http://127.0.0.1/cb'] },
    'approved',
  );
  const matches = (uri: string, config = withRules(listed)) =>
    registrationRule(config, applicant({ redirectUris: [uri] })) === listed;

  it('has each of them byte for byte, and loopback at any port', () => {
    expect(matches('https://chatgpt.com/connector_platform_oauth_redirect')).toBe(true);
    expect(matches('https://chatgpt.com/connector_platform_oauth_redirect/')).toBe(false);
    expect(matches('http://127.0.0.1:5555/cb')).toBe(true);
    expect(matches('http://localhost:5555/cb')).toBe(false);
  });

  it('admits ways back after signing out at its hosts, and no other scheme of an app', () => {
    const native = rule({ redirectUris: ['http://127.0.0.1/cb', 'cursor://app/cb'] }, 'approved');
    const admits = (uri: string) =>
      registrationRule(
        withRules(native),
        applicant({ redirectUris: ['http://127.0.0.1:1234/cb'], logoutUris: [uri] }),
      ) === native;
    for (const uri of ['http://127.0.0.1:1234/bye', 'cursor://app/cb'])
      expect([uri, admits(uri)]).toEqual([uri, true]);
    for (const uri of ['evil://app/cb', 'cursor://app/bye', 'https://evil.test/'])
      expect([uri, admits(uri)]).toEqual([uri, false]);
  });

  it('has one more segment after a prefix of the same host, and nothing that climbs', () => {
    expect(matches('https://chatgpt.com/connector/oauth/aBcD1234')).toBe(true);
    for (const end of ['', '..', '.', '../x', 'a/b', '%2e%2e', 'a?x=1', 'a%2fb', ';a'])
      expect([end, matches(`https://chatgpt.com/connector/oauth/${end}`)]).toEqual([end, false]);
    expect(matches('https://evil.test/connector/oauth/aBcD1234')).toBe(false);
  });

  it('knows no prefix of a host that it does not list', () => {
    const other = rule({ redirectUris: ['https://app.test/cb'] }, 'approved');
    const uris = ['https://chatgpt.com/connector/oauth/aBcD1234'];
    expect(registrationRule(withRules(other), applicant({ redirectUris: uris }))).toBeUndefined();
  });

  it('knows no prefix at all when the policy is off', () => {
    const config = withRules(listed);
    config.policies.clients.redirect_prefixes = [];
    expect(matches('https://chatgpt.com/connector/oauth/aBcD1234', config)).toBe(false);
    expect(matches('https://chatgpt.com/connector_platform_oauth_redirect', config)).toBe(true);
  });
});

describe('Before a document is fetched', () => {
  const config = withRules(
    { match: { kinds: ['cimd'], clientIdHosts: ['*.corp.test'] }, trust: 'approved' },
    { match: { kinds: ['dcr'] }, trust: 'approved' },
    { match: { kinds: ['cimd'] }, trust: 'refused' },
  );

  it('a host that the rules admit may be asked', () => {
    expect(mayFetchDocument(config, 'https://a.corp.test/client.json')).toBe(true);
    expect(mayFetchDocument(withRules(), 'https://anyone.test/client.json')).toBe(true);
  });

  it.each([
    'https://corp.test/c',
    'https://evilcorp.test/c',
    'https://corp.test.evil.test/c',
    'https://a.corp.test./c',
    'https://a.\u0441orp.test/c',
    'https://a.corp.test@evil.test/c',
    'https://evil.test/a.corp.test',
    'https://evil.test#a.corp.test',
  ])('%s may not', (url) => expect(mayFetchDocument(config, url)).toBe(false));

  it('one that may turn out to be admitted is asked', () => {
    const either = withRules(
      { match: { redirectHosts: ['*.corp.test'] }, trust: 'refused' },
      { match: { redirectHosts: ['app.test'] }, trust: 'approved' },
      { match: {}, trust: 'refused' },
    );
    expect(mayFetchDocument(either, 'https://anyone.test/c')).toBe(true);
  });
});

describe('The redirect URIs that a rule wants', () => {
  const wanting = (redirects: 'https' | 'same-host') =>
    ({ match: {}, trust: 'approved', redirects }) as const;

  it('may be https only', () => {
    expect(
      redirectsFit(wanting('https'), applicant({ redirectUris: ['https://a.test/', 'https://b.test/'] })),
    ).toBe(true);
    for (const uri of ['http://127.0.0.1/', 'cursor://x/y'])
      expect(redirectsFit(wanting('https'), applicant({ redirectUris: ['https://a.test/', uri] }))).toBe(
        false,
      );
  });

  it('may be at one host, for a document its own', () => {
    const document = { kind: 'cimd', clientId: 'https://a.test/c' } as const;
    expect(
      redirectsFit(wanting('same-host'), applicant({ ...document, redirectUris: ['https://a.test/cb'] })),
    ).toBe(true);
    expect(
      redirectsFit(wanting('same-host'), applicant({ ...document, redirectUris: ['https://b.test/cb'] })),
    ).toBe(false);
    const two = ['https://a.test/', 'https://b.test/'];
    expect(redirectsFit(wanting('same-host'), applicant({ redirectUris: two }))).toBe(false);
  });
});
