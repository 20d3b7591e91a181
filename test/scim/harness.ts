import { adminCall, tokenRequest, tokensOf, opsClient } from '../support/actors.js';
import { request, type HttpResponse } from '../support/http.js';
import type { TestServer } from '../support/server.js';
import { asOperator } from '../oauth/harness.js';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
export const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A token as operators make it for a directory. */
export async function scimToken(
  server: TestServer,
  json: object = {},
): Promise<{ id: string; token: string }> {
  const made = await asOperator(server, 'POST', '/scim-tokens', { json: { note: 'A directory', ...json } });
  if (made.status !== 201) throw new Error(`Making a token answered ${made.status}: ${made.text}`);
  return made.json();
}

/** An access token for the provisioning resource. */
export async function scimAccessToken(server: TestServer, scope = 'scim'): Promise<string> {
  const form = { grant_type: 'client_credentials', resource: `${server.url}/scim`, scope };
  return tokensOf(await tokenRequest(server, opsClient(), form)).access_token;
}

/** A directory with its token. */
export class Directory {
  constructor(
    readonly server: TestServer,
    readonly token: string,
  ) {}

  static async of(server: TestServer, json: object = {}): Promise<Directory> {
    return new Directory(server, (await scimToken(server, json)).token);
  }

  call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<HttpResponse> {
    return request(method, `${this.server.base}/scim/v2${path}`, {
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/scim+json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  get(path: string, headers?: Record<string, string>): Promise<HttpResponse> {
    return this.call('GET', path, undefined, headers);
  }

  patch(path: string, ...Operations: object[]): Promise<HttpResponse> {
    return this.call('PATCH', path, { schemas: [PATCH_OP], Operations });
  }

  /** @throws Error when it is refused */
  async makeUser(userName: string, over: object = {}): Promise<{ id: string } & Record<string, unknown>> {
    const email = userName.includes('@') ? userName : `${userName}@example.com`;
    const body = {
      schemas: [USER],
      userName,
      emails: [{ value: email, type: 'work', primary: true }],
      active: true,
      ...over,
    };
    const made = await this.call('POST', '/Users', body);
    if (made.status !== 201) throw new Error(`Making a user answered ${made.status}: ${made.text}`);
    return made.json();
  }

  /** @throws Error when it is refused */
  async makeGroup(displayName: string, members: string[] = [], over: object = {}): Promise<{ id: string }> {
    const body = {
      schemas: [GROUP],
      displayName,
      members: members.map((value) => ({ value })),
      ...over,
    };
    const made = await this.call('POST', '/Groups', body);
    if (made.status !== 201) throw new Error(`Making a group answered ${made.status}: ${made.text}`);
    return made.json();
  }

  /** Ids that a search finds. @throws Error when it is refused */
  async found(kind: 'Users' | 'Groups', query: Record<string, string>): Promise<string[]> {
    const answer = await this.get(`/${kind}?${new URLSearchParams(query).toString()}`);
    if (answer.status !== 200) throw new Error(`The search answered ${answer.status}: ${answer.text}`);
    return answer.json<{ Resources: { id: string }[] }>().Resources.map(({ id }) => id);
  }
}

/** Status and kind of a refusal. */
export const scimRefusal = (response: HttpResponse): [number, string | undefined] => [
  response.status,
  response.json<{ scimType?: string }>().scimType,
];

/** The admin API, with a token for people. */
export const usersAdmin = (server: TestServer, path: string): Promise<HttpResponse> =>
  adminCall(server, 'GET', path);
