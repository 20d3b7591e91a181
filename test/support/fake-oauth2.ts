import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Json = Record<string, unknown>;

/** What a test makes the provider do wrong; without it the provider does everything right. */
export interface OAuth2Misbehaviour {
  /** Of the redirect back. */
  response?: Record<string, string | undefined>;
  /** Beside the usual members of the token answer; `undefined` takes one away. */
  tokens?: Json;
  /** The answer about the person, instead of the usual one. */
  user?: unknown;
  emails?: unknown;
  /** Accepts connections and says nothing. */
  hang?: string;
  /** Answers a path with this status instead. */
  status?: { path: string; status: number; body: string };
}

export interface OAuth2Person {
  id: number | string;
  login: string;
  name?: string | null;
  /** The public address of the profile. */
  email?: string | null;
  emails: { email: string; primary: boolean; verified: boolean }[];
}

interface Started {
  challenge: string | null;
  redirectUri: string;
  person: OAuth2Person;
}

/** An OAuth 2 provider of GitHub's shape that can misbehave, and that would let one code be used again and again. */
export class FakeOAuth2 {
  misbehaviour: OAuth2Misbehaviour = {};
  person: OAuth2Person = { id: 1, login: 'nobody', emails: [] };
  readonly requests: string[] = [];
  /** How each came, and which. */
  readonly secretsGiven: [how: 'basic' | 'form', secret: string][] = [];
  /** Every token given out, and whose it is. */
  readonly issued = new Map<string, OAuth2Person>();
  private readonly codes = new Map<string, Started>();
  private server: Server | undefined;
  private port = 0;

  constructor(
    readonly clientId: string,
    readonly clientSecret: string,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get issuer(): string {
    return `${this.url}/login/oauth`;
  }

  /** Of a provider section that names the preset. */
  get settings(): Json {
    return {
      preset: 'github',
      clientId: this.clientId,
      clientSecret: this.clientSecret,
      issuer: this.issuer,
      authorizationEndpoint: `${this.issuer}/authorize`,
      tokenEndpoint: `${this.issuer}/access_token`,
      userInfoEndpoint: `${this.url}/user`,
      emailLookup: { endpoint: `${this.url}/user/emails` },
    };
  }

  async start(): Promise<void> {
    this.server = createServer((req, res) => {
      void this.serve(req, res).catch((error: unknown) => res.writeHead(500).end(String(error)));
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

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
    const redirectUri = asked.get('redirect_uri')!;
    const code = this.code(asked.get('code_challenge'), redirectUri);
    const back = new URL(redirectUri);
    const response = { code, state: asked.get('state')!, iss: this.issuer, ...this.misbehaviour.response };
    for (const [name, value] of Object.entries(response))
      if (value !== undefined) back.searchParams.set(name, value);
    return back;
  }

  /** One for whoever signs in now. */
  code(challenge: string | null, redirectUri: string): string {
    const code = randomBytes(16).toString('base64url');
    this.codes.set(code, { challenge, redirectUri, person: this.person });
    return code;
  }

  private async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url!, this.url);
    const { hang, status } = this.misbehaviour;
    this.requests.push(url.pathname);
    if (hang === url.pathname) return;
    if (status?.path === url.pathname) return json(res, status.body, status.status);
    if (url.pathname === '/login/oauth/authorize') return this.page(url, res);
    if (url.pathname === '/login/oauth/access_token') return this.token(req, res);
    if (url.pathname === '/user') return this.tell(req, res, profileOf, 'user');
    if (url.pathname === '/user/emails') return this.tell(req, res, ({ emails }) => emails, 'emails');
    res.writeHead(404).end();
  }

  /** What a browser sees: one button, that is a link. */
  private page(url: URL, res: ServerResponse): void {
    const href = this.answer(url).href.replaceAll('&', '&amp;');
    res
      .writeHead(200, { 'content-type': 'text/html' })
      .end(
        `<!doctype html><html lang="en"><title>Authorize</title><link rel="icon" href="data:,"><a href="${href}">Authorize</a></html>`,
      );
  }

  /** GitHub refuses with 200, and takes the client before it looks at the code. */
  private async token(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(req));
    const [how, secret] = secretOf(req, form);
    this.secretsGiven.push([how, secret]);
    if (secret !== this.clientSecret) return json(res, { error: 'incorrect_client_credentials' });
    const started = this.codes.get(form.get('code') ?? '');
    const verifier = form.get('code_verifier');
    const challenge = verifier && createHash('sha256').update(verifier).digest('base64url');
    if (!started || started.challenge !== challenge || started.redirectUri !== form.get('redirect_uri'))
      return json(res, { error: 'bad_verification_code' });
    const accessToken = `gho_${randomBytes(16).toString('base64url')}`;
    this.issued.set(accessToken, started.person);
    json(res, {
      access_token: accessToken,
      token_type: 'bearer',
      scope: 'read:user,user:email',
      ...this.misbehaviour.tokens,
    });
  }

  private tell(
    req: IncomingMessage,
    res: ServerResponse,
    what: (person: OAuth2Person) => unknown,
    instead: 'user' | 'emails',
  ): void {
    const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
    const person = this.issued.get(token ?? '');
    if (!person) return json(res, { message: 'Bad credentials' }, 401);
    const said = this.misbehaviour[instead] ?? what(person);
    json(res, typeof said === 'string' ? said : JSON.stringify(said));
  }
}

const profileOf = ({ id, login, name, email }: OAuth2Person) => ({ id, login, name, email });

function secretOf(req: IncomingMessage, form: URLSearchParams): ['basic' | 'form', string] {
  const basic = /^Basic (.+)$/.exec(req.headers.authorization ?? '')?.[1];
  if (basic === undefined) return ['form', form.get('client_secret') ?? ''];
  return ['basic', decodeURIComponent(Buffer.from(basic, 'base64').toString().split(':')[1] ?? '')];
}

function json(res: ServerResponse, body: Json | string, status = 200): void {
  res
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
}
