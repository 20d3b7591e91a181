import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import { CookieJar, get, type HttpResponse } from './http.js';

const SCRIPT = fileURLToPath(new URL('./oidc-peer-process.mjs', import.meta.url));

export interface PeerClient {
  id: string;
  secret: string;
  redirectUris: string[];
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
  signIn(authorize: URL, person: PeerPerson): Promise<URL>;
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
    { client_id: client.id, client_secret: client.secret, redirect_uris: client.redirectUris },
  ];
  const child = spawn(process.execPath, [SCRIPT, JSON.stringify({ clients })], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  running.add(child);
  const [issuer] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    issuer,
    signIn: (authorize, person) => answered(issuer, authorize, { login: JSON.stringify(person) }),
    deny: (authorize) => answered(issuer, authorize, { deny: '' }),
    stop: () => end(child),
  };
}

/** Follows the provider's own redirects until it sends the browser away. */
async function answered(issuer: string, authorize: URL, choice: Record<string, string>): Promise<URL> {
  const cookies = new CookieJar();
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

async function end(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}
