import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { shown } from './exchanges.js';
import { Keychain } from './keychain.js';
import { expectThat, Surprise } from './surprise.js';

type Structured = Readonly<Record<string, unknown>>;

/** The AI app: the official client library as it is, given nothing but the address. */
export class Assistant {
  private readonly client = new Client(
    { name: 'demo-assistant', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  );
  private readonly keychain = new Keychain();
  private transport: StreamableHTTPClientTransport | undefined;

  constructor(private readonly url: URL) {}

  get clientId(): string {
    return this.keychain.clientInformation()?.client_id ?? '';
  }

  get scopes(): readonly string[] {
    return this.keychain.tokens()?.scope?.split(' ') ?? [];
  }

  /** Of the access token it holds. */
  get hasToken(): boolean {
    return this.keychain.tokens() !== undefined;
  }

  async connect(): Promise<void> {
    this.transport = new StreamableHTTPClientTransport(this.url, {
      authProvider: this.keychain,
      fetch: shown('app'),
    });
    await this.client.connect(this.transport);
  }

  /** Does what must be refused, and answers the page that the library then wants a person to see. */
  async pageAfter(refused: () => Promise<unknown>): Promise<URL> {
    let why: unknown;
    await refused().then(
      () => (why = new Error('it was allowed')),
      (error: unknown) => (why = error),
    );
    const page = this.keychain.takePage();
    if (!page) throw new Surprise(`The app was to be sent to a person, but: ${String(why)}`);
    return page;
  }

  async finish(callback: URL): Promise<void> {
    const { searchParams } = callback;
    expectThat(!searchParams.has('error'), `The answer was ${searchParams.get('error')}`);
    expectThat(searchParams.get('state') === this.keychain.sentState, 'The answer carries another state');
    await this.transport?.finishAuth(searchParams);
  }

  async tools(): Promise<string[]> {
    return (await this.client.listTools()).tools.map(({ name }) => name);
  }

  async call(name: string, args: Record<string, unknown> = {}): Promise<Structured> {
    const { isError, structuredContent } = await this.client.callTool({ name, arguments: args });
    expectThat(!isError, `The tool ${name} answered an error`);
    return (structuredContent ?? {}) as Structured;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
