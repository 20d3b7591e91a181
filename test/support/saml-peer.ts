import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll } from '@jest/globals';
import { certifiedKey, type CertifiedKey } from './x509.js';

/** Its types would bring those of browsers along, for the whole project. */
const { Constants, IdentityProvider, SamlLib, ServiceProvider, setSchemaValidator } = createRequire(
  import.meta.url,
)('samlify') as Samlify;
// The peer believes what it is sent; what this server believes is what the tests are about.
setSchemaValidator({ validate: () => Promise.resolve('skipped') });

interface Samlify {
  Constants: { algorithms: { signature: { RSA_SHA256: string } } };
  IdentityProvider: (settings: object) => Idp;
  ServiceProvider: (settings: object) => Sp;
  SamlLib: { replaceTagsByValue: (template: string, tags: Record<string, string>) => string };
  setSchemaValidator: (validator: { validate: () => Promise<string> }) => void;
}
interface Sp {
  entityMeta: { getEntityID(): string; getAssertionConsumerService(binding: 'post'): string };
}
interface Envelope {
  query: Record<string, string>;
  octetString: string;
}
interface Idp {
  getMetadata(): string;
  parseLoginRequest(
    sp: Sp,
    binding: 'redirect',
    req: Envelope,
  ): Promise<{ extract: { request: { id: string } } }>;
  parseLogoutResponse(
    sp: Sp,
    binding: 'redirect',
    req: Envelope,
  ): Promise<{ extract: Record<string, unknown> }>;
  createLoginResponse(
    sp: Sp,
    parsed: object,
    binding: 'post',
    user: object,
    options: {
      encryptThenSign: boolean;
      customTagReplacement: (template: string) => { id: string; context: string };
    },
  ): Promise<{ context: string }>;
  createLogoutRequest(sp: Sp, binding: 'redirect', user: object, relayState?: string): { context: string };
}

const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

/** What the provider says about a person. */
export interface SamlPerson {
  nameId: string;
  sessionIndex: string;
  email?: string;
  displayName?: string;
  groups?: string[];
}

export interface PeerOptions {
  key?: CertifiedKey;
  /** Wants requests to be signed, and says so in its metadata. */
  wantSignedRequests?: boolean;
  /** Encrypts what it says, for the key in our metadata. */
  encrypt?: boolean;
  /** Signs the response besides. */
  signMessage?: boolean;
}

/** A real SAML identity provider on loopback (samlify). Its sign-in page has one button. */
export class SamlPeer {
  /** Whoever presses the button. */
  person: SamlPerson = { nameId: 'somebody', sessionIndex: 'session-1' };
  readonly key: CertifiedKey;
  private sp: Sp | undefined;

  private constructor(
    readonly origin: string,
    private readonly server: Server,
    private readonly options: PeerOptions,
  ) {
    this.key = options.key ?? certifiedKey();
  }

  static async start(options: PeerOptions = {}): Promise<SamlPeer> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const peer = new SamlPeer(`http://127.0.0.1:${port}`, server, options);
    server.on('request', (req, res) => void peer.serve(req, res).catch(() => res.writeHead(400).end()));
    running.add(peer);
    return peer;
  }

  get entityId(): string {
    return `${this.origin}/metadata`;
  }

  get metadata(): string {
    return this.idp().getMetadata();
  }

  /** What this server said about itself. */
  trust(metadata: string): void {
    this.sp = ServiceProvider({
      metadata,
      wantLogoutRequestSigned: true,
      ...(this.options.signMessage && { wantMessageSigned: true }),
    });
  }

  /** What it posts back when somebody signs in where a request led to; checks the request as its metadata asks. */
  async signIn(request: URL, person: SamlPerson): Promise<{ acs: string; form: Record<string, string> }> {
    const idp = this.idp();
    const sp = this.known();
    const query = Object.fromEntries(request.searchParams);
    const parsed = await idp.parseLoginRequest(sp, 'redirect', envelope(request));
    const answer = await idp.createLoginResponse(
      sp,
      parsed,
      'post',
      {},
      {
        encryptThenSign: this.options.encrypt === true,
        customTagReplacement: (template) => this.filledIn(template, parsed.extract.request.id, person),
      },
    );
    const form = {
      SAMLResponse: answer.context,
      ...(query['RelayState'] && { RelayState: query['RelayState'] }),
    };
    return { acs: sp.entityMeta.getAssertionConsumerService('post'), form };
  }

  /** Where a browser is sent to say that a person has left; signed. */
  logout(person: Partial<SamlPerson> & { nameId: string }, relayState?: string): URL {
    const user = {
      logoutNameID: person.nameId,
      ...(person.sessionIndex && { sessionIndex: person.sessionIndex }),
    };
    return new URL(this.idp().createLogoutRequest(this.known(), 'redirect', user, relayState).context);
  }

  /** What we answered to that, once its signature is verified where our metadata has a key for it. */
  async readLogoutResponse(answer: URL): Promise<Record<string, unknown>> {
    const { extract } = await this.idp().parseLogoutResponse(this.known(), 'redirect', envelope(answer));
    return extract;
  }

  close(): Promise<void> {
    running.delete(this);
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }

  private filledIn(template: string, requestId: string, person: SamlPerson): { id: string; context: string } {
    const [now, soon] = [inSeconds(0), inSeconds(300)];
    const { sp } = this;
    const acs = sp!.entityMeta.getAssertionConsumerService('post');
    const { email, displayName, groups = [] } = person;
    const attributes = Object.entries({ email, displayName, groups }).flatMap(([name, value]) =>
      value === undefined || value.length === 0 ? [] : [attribute(name, [value].flat())],
    );
    const id = `_${randomUUID()}`;
    const context = SamlLib.replaceTagsByValue(template, {
      ID: id,
      AssertionID: `_${randomUUID()}`,
      Destination: acs,
      Audience: sp!.entityMeta.getEntityID(),
      SubjectRecipient: acs,
      Issuer: this.entityId,
      IssueInstant: now,
      StatusCode: 'urn:oasis:names:tc:SAML:2.0:status:Success',
      ConditionsNotBefore: now,
      ConditionsNotOnOrAfter: soon,
      SubjectConfirmationDataNotOnOrAfter: soon,
      NameIDFormat: PERSISTENT,
      NameID: person.nameId,
      InResponseTo: requestId,
    })
      // Written as it is: it is markup.
      .replace('{AuthnStatement}', authnStatement(person.sessionIndex))
      .replace(
        '{AttributeStatement}',
        `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>`,
      );
    return { id, context };
  }

  private known(): Sp {
    if (!this.sp) throw new Error('The peer knows nobody yet');
    return this.sp;
  }

  private idp(): Idp {
    const { key, options, origin } = this;
    const at = (path: string) => [{ Binding: REDIRECT, Location: `${origin}${path}` }];
    return IdentityProvider({
      entityID: this.entityId,
      privateKey: key.privatePem,
      signingCert: key.certificatePem,
      requestSignatureAlgorithm: Constants.algorithms.signature.RSA_SHA256,
      wantAuthnRequestsSigned: options.wantSignedRequests ?? false,
      isAssertionEncrypted: options.encrypt ?? false,
      nameIDFormat: [PERSISTENT],
      singleSignOnService: at('/sso'),
      singleLogoutService: at('/slo'),
      ...(options.encrypt && { dataEncryptionAlgorithm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm' }),
    });
  }

  /** Pages for a real browser. */
  private async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', this.origin);
    if (url.pathname !== '/sso') return void res.writeHead(404).end();
    const { acs, form } = await this.signIn(url, this.person);
    const fields = Object.entries(form).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
    );
    res.setHeader('content-type', 'text/html; charset=utf-8');
    res.end(
      `<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,"><form method="post" action="${acs}">${fields.join('')}<button>Continue as ${this.person.nameId}</button></form></html>`,
    );
  }
}

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

const authnStatement = (sessionIndex: string): string =>
  `<saml:AuthnStatement AuthnInstant="${new Date().toISOString()}" SessionIndex="${sessionIndex}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`;

const attribute = (name: string, values: readonly string[]): string =>
  `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue xsi:type="xs:string">${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`;

/** A message of a query as samlify wants it: what was signed is what was written. */
function envelope({ search, searchParams }: URL): Envelope {
  const written = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg'].flatMap(
    (name) => new RegExp(`[?&](${name}=[^&]*)`).exec(search)?.[1] ?? [],
  );
  return { query: Object.fromEntries(searchParams), octetString: written.join('&') };
}

const running = new Set<SamlPeer>();
afterAll(async () => {
  await Promise.all([...running].map((peer) => peer.close()));
});
