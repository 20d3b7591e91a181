import * as oauth from 'oauth4webapi';
import { client, clientAuth, insecure } from './authorization-server';
import { withNonce } from './nonce';

/** A token that is about to end is not used any more, milliseconds. */
const MARGIN = 30_000;

/** Access to the admin API, in memory alone and bound to a key of this page. */
export class Tokens {
  private current: oauth.TokenEndpointResponse;
  private endsAt: number;
  private renewing: Promise<void> | undefined;

  constructor(
    private readonly server: oauth.AuthorizationServer,
    private readonly dpop: oauth.DPoPHandle,
    first: oauth.TokenEndpointResponse,
  ) {
    this.current = first;
    this.endsAt = endOf(first);
  }

  get scopes(): readonly string[] {
    return (this.current.scope ?? '').split(' ');
  }

  /** Whether it may do this, or only read where `…:read` is all it has. */
  may(scope: string): boolean {
    return this.scopes.includes(scope) || (scope.endsWith(':read') && this.may(scope.slice(0, -5)));
  }

  /** Where the browser is signed out (OpenID Connect RP-Initiated Logout §2), and comes back from. */
  signOutUrl(returnTo: URL): string {
    const url = new URL(this.server.end_session_endpoint!);
    url.searchParams.set('client_id', client.client_id);
    url.searchParams.set('post_logout_redirect_uri', returnTo.href);
    if (this.current.id_token) url.searchParams.set('id_token_hint', this.current.id_token);
    return url.href;
  }

  get email(): string {
    const claims = this.current.id_token ? oauth.getValidatedIdTokenClaims(this.current) : undefined;
    return typeof claims?.['email'] === 'string' ? claims['email'] : '';
  }

  /** A request with a proof of the key, the token renewed before it ends. */
  async fetch(
    url: URL,
    init: { method: string; headers?: Headers; body?: string; signal?: AbortSignal },
  ): Promise<Response> {
    if (Date.now() > this.endsAt - MARGIN) await this.renew();
    const { method, headers = new Headers(), body, signal } = init;
    return withNonce(() =>
      oauth.protectedResourceRequest(this.current.access_token, method, url, headers, body, {
        DPoP: this.dpop,
        ...insecure,
        ...(signal && { signal }),
      }),
    );
  }

  /** One refresh at a time, however many requests wait for it. */
  private renew(): Promise<void> {
    this.renewing ??= this.refresh().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async refresh(): Promise<void> {
    const { refresh_token } = this.current;
    if (!refresh_token) return;
    const next = await withNonce(async () => {
      const answer = await oauth.refreshTokenGrantRequest(this.server, client, clientAuth, refresh_token, {
        DPoP: this.dpop,
        ...insecure,
      });
      return oauth.processRefreshTokenResponse(this.server, client, answer);
    });
    this.current = { ...this.current, ...next };
    this.endsAt = endOf(next);
  }
}

const endOf = ({ expires_in: seconds = 300 }: oauth.TokenEndpointResponse): number =>
  Date.now() + seconds * 1_000;
