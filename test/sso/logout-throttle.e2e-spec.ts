import { afterAll, beforeAll, expect, describe, it } from '@jest/globals';
import { FakeIdp } from '../support/fake-idp.js';
import { post, type HttpResponse } from '../support/http.js';
import { startServer, type TestServer } from '../support/server.js';
import { certifiedKey } from '../support/x509.js';
import { events, ROOMY } from '../oauth/harness.js';

const idp = new FakeIdp('gatehouse', 'a-secret-shared-with-the-provider');
let server: TestServer;

beforeAll(async () => {
  await idp.start();
  server = await startServer({
    env: { TRUSTED_PROXIES: '127.0.0.1,::1' },
    config: {
      limits: {
        ...ROOMY,
        login: { ...ROOMY.login, address: { points: 3, seconds: 300, blockSeconds: 300 } },
      },
      identityProviders: [
        {
          id: 'fake',
          kind: 'oidc',
          issuer: idp.issuer,
          clientId: 'gatehouse',
          clientSecret: 'a-secret-shared-with-the-provider',
        },
        {
          id: 'saml',
          kind: 'saml',
          issuer: 'https://saml.test/metadata',
          ssoUrl: 'https://saml.test/sso',
          certificates: [certifiedKey().certificatePem],
        },
      ],
    },
  });
});
afterAll(() => idp.stop());

const told = (address: string, logoutToken: string): Promise<HttpResponse> =>
  post(`${server.base}/sso/fake/backchannel-logout`, {
    form: { logout_token: logoutToken },
    headers: { 'x-forwarded-for': address },
  });
const asked = (address: string): Promise<HttpResponse> =>
  post(`${server.base}/sso/saml/slo`, {
    form: { SAMLRequest: 'PHg+' },
    headers: { 'x-forwarded-for': address },
  });

describe('whoever brings logouts that no provider sent', () => {
  it('is kept waiting at their address, whichever way they come, and nobody else is', async () => {
    const somewhere = '203.0.113.1';
    expect((await told(somewhere, 'x')).status).toBe(400);
    expect((await asked(somewhere)).status).toBe(400);
    expect((await told(somewhere, 'y')).status).toBe(400);
    const late = await told(somewhere, idp.logoutToken({ sub: 'anybody' }));
    expect([late.status, late.json()]).toEqual([429, { error: 'temporarily_unavailable' }]);
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    const page = await asked(somewhere);
    expect([page.status, page.headers['content-type']]).toEqual([429, 'text/html; charset=utf-8']);
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    const handled = await events(server, { type: 'http.request.handled' });
    expect(handled.slice(0, 2).map(({ outcome }) => [outcome.result, outcome.reason_code])).toEqual(
      Array(2).fill(['throttled', 'throttled_sso_logout']),
    );
    expect((await asked('203.0.113.2')).status).toBe(400);
  });

  it('is not the provider, whose word counts however often it comes', async () => {
    const answers = [];
    for (let number = 0; number < 5; number++)
      answers.push(await told('203.0.113.3', idp.logoutToken({ sub: `somebody-${number}` })));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
  });
});
