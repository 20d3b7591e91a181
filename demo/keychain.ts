import { randomBytes } from 'node:crypto';
import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/client';

type Information = Awaited<ReturnType<OAuthClientProvider['clientInformation']>>;
type Tokens = Awaited<ReturnType<OAuthClientProvider['tokens']>>;

/** What the app keeps for the client library between one call and the next. */
export class Keychain implements OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1:8976/callback';
  readonly clientMetadata = {
    client_name: 'Demo assistant',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  private information: Information;
  private saved: Tokens;
  private verifier = '';
  private discovered: OAuthDiscoveryState | undefined;
  private page: URL | undefined;
  private sent = '';

  /** Where the person has to go, if somewhere. */
  takePage(): URL | undefined {
    const { page } = this;
    this.page = undefined;
    return page;
  }

  /** The state the last authorization request was sent with. */
  get sentState(): string {
    return this.sent;
  }

  state(): string {
    this.sent = randomBytes(16).toString('base64url');
    return this.sent;
  }

  redirectToAuthorization(url: URL): void {
    this.page = url;
  }

  clientInformation(): Information {
    return this.information;
  }

  saveClientInformation(information: NonNullable<Information>): void {
    this.information = information;
  }

  tokens(): Tokens {
    return this.saved;
  }

  saveTokens(tokens: NonNullable<Tokens>): void {
    this.saved = tokens;
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
  }
}
