import { createHash, createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Json = Record<string, unknown>;

const KID = 'k1';

/** What a test makes the provider do wrong; without it the provider does everything right. */
export interface Misbehaviour {
  discovery?: Json;
  idToken?: Json;
  header?: Json;
  /** Signs the ID token with a key that is not published, with the client's secret, or not at all. */
  signature?: 'other key' | 'secret' | 'none';
  userinfo?: Json;
  /** Beside the usual members of the token answer; `undefined` takes one away. */
  tokens?: Json;
  /** Of the redirect back. */
  response?: Record<string, string | undefined>;
  /** Accepts connections and says nothing. */
  hang?: '/.well-known/openid-configuration' | '/token' | '/jwks' | '/userinfo';
  /** Answers a path with this status instead. */
  status?: { path: string; status: number; body: string };
}

interface Started {
  nonce: string;
  challenge: string;
  redirectUri: string;
}

/** An OpenID provider that can misbehave, and that would let one code be used again and again. */
export class FakeIdp {
  misbehaviour: Misbehaviour = {};
  claims: Json = {};
  readonly requests: string[] = [];
  /** Every token given out. */
  readonly issued: string[] = [];
  readonly secretsGiven: string[] = [];
  private readonly keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  private readonly otherKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  private readonly codes = new Map<string, Started>();
  private server: Server | undefined;
  private port = 0;

  constructor(
    private readonly clientId: string,
    private readonly clientSecret: string,
  ) {}

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.server = createServer((req, res) => {
      void this.serve(req, res).catch((error: unknown) => res.writeHead(500).end(String(error)));
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Stays away until it is started again, on the same port. */
  async stop(): Promise<void> {
    if (!this.server) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
    this.server = undefined;
  }

  /** Where the browser is sent back to after a sign-in. */
  answer(authorize: URL): URL {
    const asked = authorize.searchParams;
    const code = randomBytes(16).toString('base64url');
    const redirectUri = asked.get('redirect_uri')!;
    this.codes.set(code, {
      nonce: asked.get('nonce')!,
      challenge: asked.get('code_challenge')!,
      redirectUri,
    });
    const back = new URL(redirectUri);
    const response = { code, state: asked.get('state')!, iss: this.issuer, ...this.misbehaviour.response };
    for (const [name, value] of Object.entries(response))
      if (value !== undefined) back.searchParams.set(name, value);
    return back;
  }

  private async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname } = new URL(req.url!, this.issuer);
    const { hang, status } = this.misbehaviour;
    this.requests.push(pathname);
    if (hang === pathname) return;
    if (status?.path === pathname) return void json(res, status.body, status.status);
    if (pathname === '/.well-known/openid-configuration') return void json(res, this.metadata());
    if (pathname === '/jwks') return void json(res, { keys: [this.publicKey()] });
    if (pathname === '/userinfo') return void json(res, { ...this.claims, ...this.misbehaviour.userinfo });
    if (pathname === '/token') return void (await this.token(req, res));
    res.writeHead(404).end();
  }

  private metadata(): Json {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      jwks_uri: `${this.issuer}/jwks`,
      userinfo_endpoint: `${this.issuer}/userinfo`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      ...this.misbehaviour.discovery,
    };
  }

  private publicKey(): Json {
    return { ...this.keys.publicKey.export({ format: 'jwk' }), kid: KID, alg: 'RS256', use: 'sig' };
  }

  private async token(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(req));
    const started = this.codes.get(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    this.secretsGiven.push(req.headers.authorization ?? form.get('client_secret') ?? '');
    if (!started || started.challenge !== challenge || started.redirectUri !== form.get('redirect_uri')) {
      return json(res, { error: 'invalid_grant' }, 400);
    }
    const accessToken = `at-${randomBytes(16).toString('base64url')}`;
    this.issued.push(accessToken, this.idToken(started.nonce, accessToken));
    json(res, {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 60,
      id_token: this.idToken(started.nonce, accessToken),
      ...this.misbehaviour.tokens,
    });
  }

  /** A logout token with everything right but what `over` replaces; `undefined` takes a claim away. */
  logoutToken(over: Json = {}, header: Json = {}): string {
    const now = Math.floor(Date.now() / 1_000);
    return this.jwt(
      { typ: 'logout+jwt', ...header },
      {
        iss: this.issuer,
        aud: this.clientId,
        iat: now,
        exp: now + 120,
        jti: randomBytes(16).toString('base64url'),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        ...over,
      },
    );
  }

  private idToken(nonce: string, accessToken: string): string {
    const now = Math.floor(Date.now() / 1_000);
    const atHash = createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
    const { header, idToken } = this.misbehaviour;
    return this.jwt(
      { ...header },
      {
        iss: this.issuer,
        aud: this.clientId,
        iat: now,
        exp: now + 60,
        nonce,
        at_hash: atHash,
        ...this.claims,
        ...idToken,
      },
    );
  }

  private jwt(header: Json, claims: Json): string {
    const { signature } = this.misbehaviour;
    const alg = signature === 'none' ? 'none' : signature === 'secret' ? 'HS256' : 'RS256';
    const signed = [{ alg, kid: KID, ...header }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${signed}.${this.signed(signed)}`;
  }

  private signed(input: string): string {
    const { signature } = this.misbehaviour;
    if (signature === 'none') return '';
    if (signature === 'secret')
      return createHmac('sha256', this.clientSecret).update(input).digest('base64url');
    const key: KeyObject = (signature === 'other key' ? this.otherKeys : this.keys).privateKey;
    return sign('sha256', Buffer.from(input), key).toString('base64url');
  }
}

function json(res: ServerResponse, body: Json | string, status = 200): void {
  res
    .writeHead(status, { 'content-type': 'application/json' })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
}
