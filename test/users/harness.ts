import { adminCall, connect, mcpCall, type Connection, type TestClient } from '../support/actors.js';
import type { CookieJar } from '../support/http.js';
import type { TestServer } from '../support/server.js';
import { asOperator } from '../oauth/harness.js';

export interface PersonSeen {
  id: string;
  email: string;
  email_verified: boolean;
  active: boolean;
  name?: string;
  roles: string[];
  assigned_roles: string[];
  groups: string[];
}

/** Somebody as operators see them. @throws Error when there is nobody, or several */
export async function person(server: TestServer, email: string): Promise<PersonSeen> {
  const { items } = (await asOperator(server, 'GET', `/users?q=${encodeURIComponent(email)}`)).json<{
    items: PersonSeen[];
  }>();
  const found = items.filter((each) => each.email === email);
  if (found.length !== 1) throw new Error(`${found.length} people have the address ${email}`);
  return found[0]!;
}

/** @throws Error when there is no such group */
export async function groupNamed(
  server: TestServer,
  name: string,
): Promise<{ id: string; name: string; roles: string[]; origin: string; configured: boolean }> {
  const path = `/groups?q=${encodeURIComponent(name)}`;
  const { items } = (await asOperator(server, 'GET', path)).json<{ items: { id: string; name: string }[] }>();
  const found = items.find((each) => each.name === name);
  if (!found) throw new Error(`There is no group ${name}`);
  return found as Awaited<ReturnType<typeof groupNamed>>;
}

/** Who is in a group, by e-mail address, and who says so. */
export async function membersOf(server: TestServer, id: string): Promise<Record<string, string[]>> {
  const { items } = (await asOperator(server, 'GET', `/groups/${id}/members?limit=200`)).json<{
    items: { email: string; origins: string[] }[];
  }>();
  return Object.fromEntries(items.map(({ email, origins }) => [email, origins]));
}

/** A client that operators approved, for people who administer. */
export async function adminClient(server: TestServer): Promise<TestClient> {
  const json = {
    name: 'Console',
    redirect_uris: ['https://console.example/cb'],
    grant_types: ['authorization_code', 'refresh_token'],
    auth_method: 'none',
  };
  const made = await asOperator(server, 'POST', '/clients', { json });
  if (made.status !== 201) throw new Error(`Making a client answered ${made.status}: ${made.text}`);
  return {
    clientId: made.json<{ id: string }>().id,
    authMethod: 'none',
    redirectUri: 'https://console.example/cb',
    registration: {},
  };
}

/** Tokens of somebody for the admin API; a scope that they may not grant is left out. */
export const administer = async (server: TestServer, jar: CookieJar, scope: string): Promise<Connection> =>
  connect(server, { client: await adminClient(server), jar, scope, resource: `${server.url}/admin` });

export const listGrants = async (server: TestServer, token: string): Promise<number> =>
  (await adminCall(server, 'GET', '/grants?limit=1', { token })).status;

export const listTools = async (server: TestServer, token: string): Promise<number> =>
  (await mcpCall(server, token, 'tools/list')).status;
