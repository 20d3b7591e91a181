import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { tokenRequest, type TestClient } from '../support/actors.js';
import type { HttpResponse } from '../support/http.js';
import { HeldKey } from '../support/proofs.js';
import type { TestServer } from '../support/server.js';
import { ROOMY } from './harness.js';

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const ID_JAG = 'oauth-id-jag+jwt';
export const SECRET = 'a-secret-of-a-desktop-app-in-a-test';
const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type';
const EXCHANGED = [
  ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
  ['requested_token_type', `${TOKEN_TYPE}:id-jag`],
  ['subject_token_type', `${TOKEN_TYPE}:id_token`],
] as const;
type Json = Record<string, unknown>;

export const seconds = (): number => Math.floor(Date.now() / 1_000);

/** The identity provider of a company as this server sees it: a key set, and what it signs. */
export class AssertionIssuer {
  keys = [new HeldKey()];
  readonly requests: string[] = [];
  /** The error by which it tells an app that its policy lets nobody in there; none while that is undefined. */
  refusal: string | undefined;
  private readonly signedIn = new Map<string, Json>();
  private server: Server | undefined;
  private port = 0;

  /** `issuer` is who it says it is, when that is not its own address. */
  constructor(private readonly named?: string) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get issuer(): string {
    return this.named ?? this.url;
  }

  get key(): HeldKey {
    return this.keys[0]!;
  }

  async start(): Promise<this> {
    this.server = createServer((req, res) => void this.serve(req, res));
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  /** Stays away until it is started again, on the same port. */
  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
    if (this.server) await once(this.server, 'close');
    this.server = undefined;
  }

  /** A good assertion for the client `desk`; `undefined` leaves a claim out. */
  assertion(server: TestServer, over: Json = {}, header: Json = {}, key = this.key): string {
    return key.sign(
      { typ: ID_JAG, alg: key.alg, kid: key.kid, ...header },
      { ...this.claims(server), ...over },
    );
  }

  claims(server: TestServer): Json {
    return {
      iss: this.issuer,
      sub: 'ann',
      aud: server.url,
      client_id: 'desk',
      resource: `${server.url}/mcp`,
      scope: 'mcp:tools:read',
      jti: randomUUID(),
      iat: seconds(),
      exp: seconds() + 120,
    };
  }

  /** What an app gets when somebody signs in to it here; `about` goes into the assertions that are made of it. */
  idToken(sub: string, about: Json = {}): string {
    const { alg, kid } = this.key;
    const claims = { iss: this.issuer, aud: 'desk', sub, iat: seconds(), exp: seconds() + 600 };
    const token = this.key.sign({ typ: 'JWT', alg, kid }, claims);
    this.signedIn.set(token, { sub, ...about });
    return token;
  }

  private async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.requests.push(req.url!);
    const [status, body] = await this.answer(req);
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  private async answer(req: IncomingMessage): Promise<[number, Json]> {
    if (req.url === '/jwks') return [200, { keys: this.keys.map(({ published }) => published) }];
    if (req.url!.startsWith('/.well-known/'))
      return [
        200,
        {
          issuer: this.url,
          authorization_endpoint: `${this.url}/authorize`,
          token_endpoint: `${this.url}/token`,
          response_types_supported: ['code'],
        },
      ];
    if (req.url !== '/token') return [404, {}];
    return this.exchanged(Object.fromEntries(new URLSearchParams(await text(req))));
  }

  /** RFC 8693, as an identity provider does it: an assertion for an id_token of its own. */
  private exchanged(asked: Record<string, string>): [number, Json] {
    const { audience, resource, scope, client_id } = asked;
    if (this.refusal) return [400, { error: this.refusal }];
    const person = this.signedIn.get(asked['subject_token']!);
    if (!person || !EXCHANGED.every(([name, value]) => asked[name] === value))
      return [400, { error: 'invalid_request' }];
    const { alg, kid } = this.key;
    const times = { iat: seconds(), exp: seconds() + 120 };
    const claims = { iss: this.issuer, aud: audience, resource, scope, client_id, jti: randomUUID() };
    return [
      200,
      {
        access_token: this.key.sign({ typ: ID_JAG, alg, kid }, { ...claims, ...times, ...person }),
        issued_token_type: `${TOKEN_TYPE}:id-jag`,
        token_type: 'N_A',
        expires_in: 120,
        ...(scope && { scope }),
      },
    ];
  }
}

export const clientNamed = (clientId: string): TestClient => ({
  clientId,
  clientSecret: SECRET,
  authMethod: 'client_secret_basic',
  redirectUri: 'https://app.example/cb',
  registration: {},
});

/** Redeems an assertion as the client it is for. */
export function redeem(
  server: TestServer,
  assertion: string,
  { client = clientNamed('desk'), ...form }: { client?: TestClient } & Record<string, unknown> = {},
): Promise<HttpResponse> {
  return tokenRequest(server, client, {
    grant_type: JWT_BEARER,
    assertion,
    ...(form as Record<string, string>),
  });
}

/** A server that lets apps in by assertions of the given issuers. */
export const idJagConfig = (
  trustedIssuers: object[],
  { identityProviders = [], clients = [] }: { identityProviders?: object[]; clients?: object[] } = {},
): object => ({
  limits: ROOMY,
  policies: { outboundLoopback: true },
  trustedIssuers,
  identityProviders,
  clients: [
    { clientId: 'desk', name: 'Desk', clientSecret: SECRET, grantTypes: [JWT_BEARER] },
    { clientId: 'other', name: 'Other', clientSecret: SECRET, grantTypes: [JWT_BEARER] },
    {
      clientId: 'both',
      name: 'Both',
      clientSecret: SECRET,
      redirectUris: ['https://app.example/cb'],
      grantTypes: ['authorization_code', 'refresh_token', JWT_BEARER],
    },
    {
      clientId: 'web',
      name: 'Web',
      clientSecret: SECRET,
      redirectUris: ['https://app.example/cb'],
      grantTypes: ['authorization_code'],
    },
    ...clients,
  ],
});
