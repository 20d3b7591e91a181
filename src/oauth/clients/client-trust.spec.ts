import { describe, expect, it } from '@jest/globals';
import type { AppConfig, RegistrationRule } from '../../config/index.js';
import type { EffectiveMetadata } from './client-metadata.js';
import type { ClientChange, ClientOrigin } from './client-origin.js';
import { standingAfter, standingAtFirst } from './client-trust.js';
import type { Client } from './client.entity.js';

const configWith = (
  registrationRules: RegistrationRule[] = [],
  trustAfterChange: 'approved' | 'quarantined' = 'quarantined',
) =>
  ({
    policies: { registrationRules, trustAfterChange, clients: { redirect_prefixes: [] } },
  }) as unknown as AppConfig;

const METADATA = {
  name: 'App',
  redirectUris: ['https://a.corp.test/cb'],
  authMethod: 'none',
  jwks: null,
  jwksUri: null,
  softwareId: null,
  postLogoutRedirectUris: [],
  backchannelLogoutUri: null,
} as unknown as EffectiveMetadata;

const origin = (over: Partial<ClientOrigin> = {}): ClientOrigin => ({
  registration: 'dcr',
  actor: { type: 'anonymous' },
  ...over,
});

const key = (x: string) => ({ keys: [{ kty: 'EC', crv: 'P-256', x, y: 'y' }] });
const corp = (trust: RegistrationRule['trust'], over: Partial<RegistrationRule> = {}): RegistrationRule => ({
  match: { redirectHosts: ['*.corp.test'] },
  trust,
  ...over,
});

describe('A new client', () => {
  const standing = (over: Partial<ClientOrigin>, ...rules: RegistrationRule[]) =>
    standingAtFirst(configWith(rules), METADATA, origin(over));

  it.each(['dcr', 'cimd'] as const)(
    'that made itself (%s) is quarantined, without a ceiling',
    (registration) =>
      expect(standing({ registration, id: 'https://app.test/c' })).toEqual({
        trustState: 'quarantined',
        allowedScopes: null,
      }),
  );

  it.each(['admin', 'static'] as const)(
    'that somebody here made (%s) is approved, whatever the rules',
    (registration) =>
      expect(standing({ registration }, corp('refused'))).toEqual({
        trustState: 'approved',
        allowedScopes: null,
      }),
  );

  it('is as the rule says that matches it', () =>
    expect(standing({}, corp('approved', { scopes: ['a'] }))).toEqual({
      trustState: 'approved',
      allowedScopes: ['a'],
    }));

  it('is as whoever vouched for it says, before the rule', () =>
    expect(
      standing({ trustState: 'approved', allowedScopes: ['b'] }, corp('quarantined', { scopes: ['a'] })),
    ).toEqual({ trustState: 'approved', allowedScopes: ['b'] }));

  it.each<[string, Partial<EffectiveMetadata>]>([
    ['people who sign out', { postLogoutRedirectUris: ['https://a.corp.test/', 'https://evil.test/'] }],
    ['logout tokens', { backchannelLogoutUri: 'https://evil.test/logout' }],
  ])('is not approved by a rule for hosts when it has %s go elsewhere', (_what, over) => {
    const settled = { ...METADATA, ...over };
    const config = configWith([corp('approved')]);
    expect(standingAtFirst(config, settled, origin()).trustState).toBe('quarantined');
    const wanting = configWith([{ match: {}, trust: 'approved', redirects: 'same-host' }]);
    expect(() => standingAtFirst(wanting, settled, origin())).toThrow('A URI for logout is refused');
  });

  it('is approved by a rule for hosts when its logout stays there', () => {
    const settled = {
      ...METADATA,
      postLogoutRedirectUris: ['https://b.corp.test/bye'],
      backchannelLogoutUri: 'https://a.corp.test/logout',
    };
    expect(standingAtFirst(configWith([corp('approved')]), settled, origin()).trustState).toBe('approved');
    expect(() => standingAtFirst(configWith([corp('refused')]), settled, origin())).toThrow('do not admit');
  });

  it('is refused by its redirect URIs, wherever its logout leads', () => {
    const settled = { ...METADATA, backchannelLogoutUri: 'https://elsewhere.test/logout' };
    expect(() => standingAtFirst(configWith([corp('refused')]), settled, origin())).toThrow('do not admit');
  });

  it('is not let in by a voucher where a rule refuses it', () =>
    expect(() => standing({ trustState: 'approved' }, corp('refused'))).toThrow('do not admit'));
});

describe('A client that changes itself', () => {
  const before = (over: Partial<Client> = {}) =>
    ({ ...METADATA, registration: 'dcr', trustState: 'approved', allowedScopes: null, ...over }) as Client;
  const after = (
    settled: Partial<EffectiveMetadata>,
    {
      config = configWith(),
      was = {},
      change = {},
    }: { config?: AppConfig; was?: Partial<Client>; change?: Partial<ClientChange> } = {},
  ) =>
    standingAfter(config, before(was), {
      settled: { ...METADATA, ...settled },
      change: { actor: { type: 'client' }, ...change },
    });

  it.each<[string, Partial<EffectiveMetadata>, Partial<Client>]>([
    ['other redirect URIs', { redirectUris: ['https://a.corp.test/cb', 'https://b.test/'] }, {}],
    ['another method', { authMethod: 'private_key_jwt' }, {}],
    ['its first keys', { jwks: key('1') }, {}],
    ['other keys', { jwks: key('2') }, { jwks: key('1') }],
    ['keys at a URL', { jwksUri: 'https://b.test/keys' }, { jwks: key('1') }],
    ['another way back after signing out', { postLogoutRedirectUris: ['https://b.test/bye'] }, {}],
    [
      'another receiver of logout tokens',
      { backchannelLogoutUri: 'https://b.test/logout' },
      { backchannelLogoutUri: 'https://a.corp.test/logout' },
    ],
    ['keys at another URL', { jwksUri: 'https://c.test/keys' }, { jwksUri: 'https://b.test/keys' }],
  ])('loses its approval with %s', async (_what, settled, was) =>
    expect(await after(settled, { was })).toEqual({ trustState: 'quarantined' }),
  );

  it.each<[string, Partial<EffectiveMetadata>, Partial<Client>]>([
    ['another name', { name: 'Other' }, {}],
    [
      'ways back after signing out in another order',
      { postLogoutRedirectUris: ['https://b.test/', 'https://a.test/'] },
      { postLogoutRedirectUris: ['https://a.test/', 'https://b.test/'] },
    ],
    ['other scopes', { scopes: ['openid'] }, {}],
    ['redirect URIs in another order', { redirectUris: ['b:/', 'a:/'] }, { redirectUris: ['a:/', 'b:/'] }],
    [
      'the same keys, written otherwise',
      { jwks: { keys: [{ ...key('1').keys[0], kid: 'new' }] } },
      { jwks: key('1') },
    ],
  ])('keeps its approval with %s', async (_what, settled, was) =>
    expect(await after(settled, { was })).toEqual({}),
  );

  const moved = { redirectUris: ['https://b.corp.test/cb'] };

  it('keeps it where a rule approves what it has become, and where the policy says so', async () => {
    expect(await after(moved, { config: configWith([corp('approved')]) })).toEqual({
      trustState: 'approved',
    });
    expect(await after(moved, { config: configWith([], 'approved') })).toEqual({ trustState: 'approved' });
    const rule = configWith([corp('quarantined')], 'approved');
    expect(await after(moved, { config: rule })).toEqual({ trustState: 'quarantined' });
  });

  it.each(['quarantined', 'suspended'] as const)('gains none when it was %s', async (trustState) =>
    expect(await after(moved, { config: configWith([corp('approved')]), was: { trustState } })).toEqual({}),
  );

  it('comes under the ceiling of what it has become', async () =>
    expect(await after(moved, { config: configWith([corp('approved', { scopes: ['a'] })]) })).toEqual({
      trustState: 'approved',
      allowedScopes: ['a'],
    }));

  it('keeps a lower ceiling that somebody set before', async () => {
    const config = configWith([corp('approved', { scopes: ['a', 'b'] })]);
    expect(await after(moved, { config, was: { allowedScopes: ['b', 'c'] } })).toEqual({
      trustState: 'approved',
      allowedScopes: ['b'],
    });
  });

  it('keeps its approval when somebody vouches for it, but not past a rule that refuses it', async () => {
    const change = { vouchedFor: true };
    expect(await after(moved, { change })).toEqual({});
    await expect(after(moved, { change, config: configWith([corp('refused')]) })).rejects.toThrow(
      'do not admit',
    );
    const rule = corp('approved', { redirects: 'same-host' });
    const other = { redirectUris: ['https://a.corp.test/cb', 'https://b.corp.test/cb'] };
    await expect(after(other, { change, config: configWith([rule]) })).rejects.toThrow('forbid');
  });

  it('cannot become what a rule refuses', async () =>
    expect(after(moved, { config: configWith([corp('refused')]) })).rejects.toThrow('do not admit'));

  it('keeps it when those changed it who decide about trust', async () => {
    expect(await after(moved, { change: { keepsTrust: true } })).toEqual({});
    expect(await after(moved, { was: { registration: 'admin' } })).toEqual({});
  });

  it('is approved when the configuration names it, unless it is suspended', async () => {
    const change = { takenOverBy: 'static' } as const;
    expect(await after(moved, { was: { trustState: 'quarantined' }, change })).toEqual({
      trustState: 'approved',
    });
    expect(
      await after({}, { was: { trustState: 'suspended' }, change: { ...change, keepsTrust: true } }),
    ).toEqual({});
  });
});
