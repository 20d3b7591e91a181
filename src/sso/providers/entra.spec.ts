import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import type { CustomFetch } from 'openid-client';
import passport from 'passport';
import { readIdentityProvider, type AppConfig } from '../../config/index.js';
import type { RunningFlow } from '../sso-flow.js';
import { oidcKind } from './oidc.provider.js';
import type { Assertion } from './provider.js';

const TENANT = '11111111-2222-3333-4444-555555555555';
const OTHER = '99999999-2222-3333-4444-555555555555';
const HOST = 'https://login.microsoftonline.com';
const TEMPLATE = `${HOST}/{tenantid}/v2.0`;
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

interface Entra {
  tenant: string;
  announced?: string;
  claims?: Record<string, unknown>;
  /** `issuer` of the key in the key set. */
  keyIssuer?: string;
}

/** Microsoft's endpoints as far as a sign-in needs them. */
function microsoft(
  { tenant, announced = TEMPLATE, claims, keyIssuer = TEMPLATE }: Entra,
  nonce: () => string,
) {
  const answers: Record<string, () => unknown> = {
    [`${HOST}/${tenant}/v2.0/.well-known/openid-configuration`]: () => ({
      issuer: announced,
      authorization_endpoint: `${HOST}/${tenant}/oauth2/v2.0/authorize`,
      token_endpoint: `${HOST}/${tenant}/oauth2/v2.0/token`,
      jwks_uri: `${HOST}/${tenant}/discovery/v2.0/keys`,
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
    [`${HOST}/${tenant}/discovery/v2.0/keys`]: () => ({
      keys: [
        { ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig', issuer: keyIssuer },
      ],
    }),
    [`${HOST}/${tenant}/oauth2/v2.0/token`]: () => ({
      access_token: 'at',
      token_type: 'Bearer',
      id_token: idToken({ nonce: nonce(), ...claims }),
    }),
  };
  const fetch: CustomFetch = (url) => {
    const answer = answers[url];
    return Promise.resolve(answer ? Response.json(answer()) : new Response(null, { status: 404 }));
  };
  return fetch;
}

function idToken(more: Record<string, unknown>): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: `${HOST}/${TENANT}/v2.0`,
    tid: TENANT,
    aud: 'gatehouse',
    sub: 'ann',
    email: 'ann@contoso.com',
    iat: now,
    exp: now + 60,
    ...more,
  };
  const signed = [{ alg: 'RS256', kid: 'k' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

/** One sign-in; the assertion, or the failure. */
async function signIn(entra: Entra): Promise<Assertion> {
  const problems: string[] = [];
  const settings = { clientId: 'gatehouse', clientSecret: 'secret', issuer: `${HOST}/${entra.tenant}/v2.0` };
  const section = readIdentityProvider({ id: 'microsoft', kind: 'oidc', ...settings }, problems);
  expect(problems).toEqual([]);
  const flow = { state: 's'.repeat(43), since: 0, until: 0, keep: () => undefined } as unknown as RunningFlow;
  let nonce = '';
  const fetch = microsoft(entra, () => nonce);
  const provider = oidcKind.create(section, {
    config: { publicUrl: 'https://gatehouse.example.com' } as AppConfig,
    reach: () => ({ insecure: false, mayCall: () => true, fetch }),
  });
  const strategy = await provider.ready();
  const run = (originalUrl: string) =>
    new Promise<unknown>((done, failed) => {
      const req = { method: 'GET', originalUrl, url: originalUrl, session: flow } as unknown as Request;
      const res = { setHeader: () => undefined, end: () => done(undefined) } as never;
      (
        passport.authenticate(strategy, (error: unknown, user: unknown) =>
          error instanceof Error ? failed(error) : done(user),
        ) as (...args: unknown[]) => void
      )(req, res, failed);
    });
  await run('/sso/microsoft');
  ({ nonce } = flow['oidc'] as { nonce: string });
  return (await run(`/sso/microsoft/callback?code=c&state=${flow.state}`)) as Assertion;
}

const failureOf = (entra: Entra): Promise<unknown> =>
  signIn(entra).then(
    () => 'signed in',
    (error: { code?: string }) => error.code,
  );

describe('a sign-in through Microsoft', () => {
  it('of any organisation is kept under the issuer of its own tenant', async () => {
    const { identity, emailVerified } = await signIn({ tenant: 'organizations' });
    expect(identity).toMatchObject({ issuer: `${HOST}/${TENANT}/v2.0`, subject: 'ann' });
    // Every tenant says of its people what it likes.
    expect(emailVerified).toBe(false);
  });

  it('of one tenant, by its id or by its domain, is taken from that one only', async () => {
    const announced = `${HOST}/${TENANT}/v2.0`;
    for (const tenant of [TENANT, 'contoso.com']) {
      expect((await signIn({ tenant, announced })).identity.issuer).toBe(announced);
      const claims = { iss: `${HOST}/${OTHER}/v2.0`, tid: OTHER };
      expect(await failureOf({ tenant, announced, claims })).toBe('id_token_iss_mismatch');
    }
  });

  it.each<[string, Entra, string]>([
    [
      'whose token says it is of another tenant than its issuer',
      { tenant: 'organizations', claims: { tid: OTHER } },
      'id_token_iss_mismatch',
    ],
    [
      'whose token names no tenant',
      { tenant: 'common', claims: { tid: undefined, iss: `${HOST}/undefined/v2.0` } },
      'id_token_tid_invalid',
    ],
    [
      'whose token names a tenant that is none',
      { tenant: 'common', claims: { tid: 'evil.test/x', iss: `${HOST}/evil.test/x/v2.0` } },
      'id_token_tid_invalid',
    ],
    [
      'whose token has the template for an issuer',
      { tenant: 'common', claims: { tid: '{tenantid}', iss: TEMPLATE } },
      'id_token_tid_invalid',
    ],
    [
      'signed by a key of another tenant',
      { tenant: 'organizations', keyIssuer: `${HOST}/${OTHER}/v2.0` },
      'id_token_key_of_other_tenant',
    ],
    [
      'whose document is about one tenant where several are meant',
      { tenant: 'organizations', announced: `${HOST}/${TENANT}/v2.0` },
      'issuer_mismatch',
    ],
    [
      'whose document is about several where one is meant',
      { tenant: TENANT, announced: TEMPLATE },
      'issuer_mismatch',
    ],
    [
      'whose document is about another tenant than the one that is meant',
      { tenant: TENANT, announced: `${HOST}/${OTHER}/v2.0` },
      'issuer_mismatch',
    ],
  ])('%s is refused', async (_what, entra, code) => {
    expect(await failureOf(entra)).toBe(code);
  });
});
