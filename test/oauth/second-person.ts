import { CookieJar, get, post, type HttpResponse } from '../support/http.js';
import { FakeIdp } from '../support/fake-idp.js';
import type { TestServer } from '../support/server.js';

const SECRET = 'a-secret-shared-with-the-provider';

/** People beside the admin: they have accounts at a provider. */
export class SecondPeople {
  private readonly idp = new FakeIdp('gatehouse', SECRET);

  /** Answers what the configuration of the server needs. */
  async start(): Promise<object[]> {
    await this.idp.start();
    const { issuer } = this.idp;
    return [{ id: 'other', kind: 'oidc', issuer, clientId: 'gatehouse', clientSecret: SECRET }];
  }

  stop(): Promise<void> {
    return this.idp.stop();
  }

  /** Signs somebody in, in a new browser or the given one. */
  async signIn(server: TestServer, name: string, jar = new CookieJar(), claims = {}): Promise<CookieJar> {
    this.idp.claims = { sub: name, email: `${name}@example.com`, email_verified: true, name, ...claims };
    const before = jar.get('gatehouse_session');
    const leaving = await get(`${server.base}/sso/other`, { cookies: jar });
    await get(this.idp.answer(leaving.location!), { cookies: jar });
    const after = jar.get('gatehouse_session');
    if (!after || after === before) throw new Error(`${name} could not sign in`);
    return jar;
  }

  /** The provider tells the server that somebody is out. */
  logOut(server: TestServer, name: string): Promise<HttpResponse> {
    const form = { logout_token: this.idp.logoutToken({ sub: name }) };
    return post(`${server.base}/sso/other/backchannel-logout`, { form });
  }
}
