import { randomBytes } from 'node:crypto';
import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/client';

type Stored = Awaited<ReturnType<OAuthClientProvider['clientInformation']>>;
type Tokens = Awaited<ReturnType<OAuthClientProvider['tokens']>>;

/** What an app keeps for its client library, and how that sends the person to a browser. */
export class Keychain implements OAuthClientProvider {
  readonly redirectUrl: string;
  readonly states: string[] = [];
  /** URLs the library wanted a person to open. */
  readonly asked: URL[] = [];
  information: Stored;
  saved: Tokens;
  private verifier = '';
  private discovered: OAuthDiscoveryState | undefined;

  constructor(port = 33_418) {
    this.redirectUrl = `http://127.0.0.1:${port}/callback`;
  }

  get clientMetadata() {
    return {
      client_name: 'Story client',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  state(): string {
    const state = randomBytes(12).toString('hex');
    this.states.push(state);
    return state;
  }

  clientInformation(): Stored {
    return this.information;
  }

  saveClientInformation(information: NonNullable<Stored>): void {
    this.information = information;
  }

  tokens(): Tokens {
    return this.saved;
  }

  saveTokens(tokens: NonNullable<Tokens>): void {
    this.saved = tokens;
  }

  redirectToAuthorization(url: URL): void {
    this.asked.push(url);
  }

  saveCodeVerifier(verifier: string): void {
    this.verifier = verifier;
  }

  codeVerifier(): string {
    return this.verifier;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.discovered = state;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.discovered;
  }

  invalidateCredentials(what: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    if (what === 'all' || what === 'client') this.information = undefined;
    if (what === 'all' || what === 'tokens') this.saved = undefined;
    if (what === 'all' || what === 'discovery') this.discovered = undefined;
  }

  /** The URL asked for since the last call. @throws Error unless there is exactly one. */
  takeAsked(): URL {
    const [url, more] = this.asked.splice(0);
    if (!url || more) throw new Error('The client did not ask for exactly one authorization');
    return url;
  }
}
