import { adminCall, adminToken } from '../support/actors.js';
import { textOf } from '../support/html.js';
import { CookieJar, get, type HttpResponse } from '../support/http.js';
import type { TestServer } from '../support/server.js';

export interface Person {
  id: string;
  email: string;
  email_verified: boolean;
  name?: string;
}

export interface Rejection {
  event_id: string;
  outcome: { result: string; reason_code: string };
  details: Record<string, string>;
}

const tokens = new WeakMap<TestServer, Promise<string>>();

async function items<T>(server: TestServer, path: string): Promise<T[]> {
  const token = tokens.get(server) ?? adminToken(server);
  tokens.set(server, token);
  const response = await adminCall(server, 'GET', path, { token: await token });
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${response.text}`);
  return response.json<{ items: T[] }>().items;
}

/** Leaves for the provider; what comes back is the redirect there, or a page. */
export function leave(server: TestServer, jar: CookieJar, path: string): Promise<HttpResponse> {
  return get(`${server.base}/sso/${path}`, { cookies: jar });
}

/** The same when it has to be a redirect. */
export async function leaveFor(server: TestServer, jar: CookieJar, path: string): Promise<URL> {
  const response = await leave(server, jar, path);
  if (!response.location) throw new Error(`${response.status}: ${textOf(response.text)}`);
  return response.location;
}

export const peopleLike = (server: TestServer, email: string): Promise<Person[]> =>
  items(server, `/users?q=${encodeURIComponent(email)}`);

export const livingSessions = (
  server: TestServer,
): Promise<{ id: string; user_id: string; acr: string; amr: string[]; idp?: string }[]> =>
  items(server, '/sessions?active=true&limit=200');

export const rejections = (server: TestServer): Promise<Rejection[]> =>
  items(server, '/audit/events?type=idp.assertion.rejected&limit=50');

export async function lastRejection(server: TestServer): Promise<Rejection | undefined> {
  return (await rejections(server))[0];
}

/** Who the start page says is signed in at this browser. */
export async function signedInAs(server: TestServer, jar: CookieJar): Promise<string | undefined> {
  const page = await get(`${server.base}/`, { cookies: jar });
  return /Signed in as (\S+@\S+)/.exec(textOf(page.text))?.[1];
}
