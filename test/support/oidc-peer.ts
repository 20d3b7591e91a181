import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import { CookieJar, get, post, type HttpResponse } from './http.js';

const SCRIPT = fileURLToPath(new URL('./oidc-peer-process.mjs', import.meta.url));

export interface PeerClient {
  id: string;
  secret: string;
  redirectUris: string[];
  backchannelLogoutUri?: string;
}

/** What the provider says about a person. */
export interface PeerPerson {
  sub: string;
  email?: string;
  email_verified?: unknown;
  name?: string;
  amr?: string[];
}

/** A real OpenID provider on loopback. */
export interface OidcPeer {
  readonly issuer: string;
  /** Signs a person in where an authorization request led to, and answers the address the browser is sent back to. */
  signIn(authorize: URL, person: PeerPerson, cookies?: CookieJar): Promise<URL>;
  /** Signs whoever has these cookies out at the provider, which tells its clients before it answers. */
  signOut(cookies: CookieJar): Promise<void>;
  /** The same for a person who says no. */
  deny(authorize: URL): Promise<URL>;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
afterAll(async () => {
  await Promise.all([...running].map(end));
});

export async function startOidcPeer(client: PeerClient): Promise<OidcPeer> {
  const clients = [
    {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: client.redirectUris,
      ...(client.backchannelLogoutUri && {
        backchannel_logout_uri: client.backchannelLogoutUri,
        backchannel_logout_session_required: true,
      }),
    },
  ];
  const child = spawn(process.execPath, [SCRIPT, JSON.stringify({ clients })], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  running.add(child);
  const [issuer] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    issuer,
    signIn: (authorize, person, cookies) =>
      answered(issuer, authorize, { login: JSON.stringify(person) }, cookies),
    signOut: (cookies) => signOut(issuer, cookies),
    deny: (authorize) => answered(issuer, authorize, { deny: '' }),
    stop: () => end(child),
  };
}

/** Follows the provider's own redirects until it sends the browser away. */
async function answered(
  issuer: string,
  authorize: URL,
  choice: Record<string, string>,
  cookies = new CookieJar(),
): Promise<URL> {
  let url = authorize;
  for (let step = 0; step < 10; step++) {
    if (url.origin !== issuer) return url;
    const atInteraction = url.pathname.startsWith('/interaction/');
    if (atInteraction) for (const [name, value] of Object.entries(choice)) url.searchParams.set(name, value);
    const response: HttpResponse = await get(url, { cookies });
    if (!response.location)
      throw new Error(`The provider answered ${response.status}: ${response.text.slice(0, 500)}`);
    url = response.location;
  }
  throw new Error('The provider sends the browser round in circles');
}

/** Answers the provider's own question with yes. */
async function signOut(issuer: string, cookies: CookieJar): Promise<void> {
  const page = await get(`${issuer}/session/end`, { cookies });
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)?.[1];
  if (!xsrf) throw new Error(`The provider answered ${page.status}: ${page.text.slice(0, 500)}`);
  const done = await post(`${issuer}/session/end/confirm`, { form: { xsrf, logout: 'yes' }, cookies });
  if (done.status !== 303 && done.status !== 302 && done.status !== 200)
    throw new Error(`The provider answered ${done.status}: ${done.text.slice(0, 500)}`);
}

async function end(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}
