import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { authorizeUrl, exchange, registerClient } from '../support/actors.js';
import { get } from '../support/http.js';
import { SamlPeer } from '../support/saml-peer.js';
import { startServer, type TestServer } from '../support/server.js';
import { describeInChromium, Listener, visit } from './chromium.js';

const VERIFIER = 'v'.repeat(43);

describeInChromium('Signing in through a SAML provider in a real browser', (browser) => {
  let server: TestServer;
  let peer: SamlPeer;
  let app: Listener;

  beforeAll(async () => {
    [app, peer] = await Promise.all([Listener.start(), SamlPeer.start()]);
    const provider = { id: 'corporate', kind: 'saml', name: 'Corporate', issuer: peer.entityId };
    server = await startServer({ config: { identityProviders: [{ ...provider, metadata: peer.metadata }] } });
    peer.trust((await get(`${server.base}/sso/corporate/metadata`)).text);
  });
  afterAll(() => app?.close());

  // The provider is on another site (127.0.0.1 and localhost), so that its form comes without our cookies.
  it('leads from an app through both sites back to the app with a code that works', async () => {
    const client = await registerClient(server, { redirect_uris: [`${app.origin}/callback`] });
    peer.person = { nameId: 'ann', sessionIndex: 'one', email: 'ann@example.com', displayName: 'Ann' };
    const here = await visit(browser());
    const { page, complaints } = here;
    await page.goto(
      authorizeUrl(server, client, { scope: 'mcp:tools:read', state: 'the-state' }, VERIFIER).href,
    );
    await page.getByRole('link', { name: 'Continue with Corporate' }).click();
    const posted = page.waitForRequest(
      (request) => request.method() === 'POST' && request.url().endsWith('/callback'),
    );
    await page.getByRole('button', { name: 'Continue as ann' }).click();
    expect((await (await posted).allHeaders())['cookie'] ?? '').not.toContain('gatehouse');
    await page.getByText('ann@example.com').first().waitFor();
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await page.waitForURL((url) => url.origin === app.origin);
    const answer = Object.fromEntries(app.received.at(-1)!.searchParams);
    expect(answer['state']).toBe('the-state');
    expect((await exchange(server, client, answer['code'] ?? '', VERIFIER)).status).toBe(200);
    expect(complaints).toEqual([]);
    await here.close();
  });
});
