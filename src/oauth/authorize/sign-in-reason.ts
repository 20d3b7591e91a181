import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { isDatabaseUnavailable } from '../../database/index.js';
import { SignInReasons, type SignInReason } from '../../sessions/index.js';
import type { Client } from '../clients/client.entity.js';
import { ClientDirectory } from '../clients/client-directory.js';
import { reachableHere } from './acr-values.js';
import { PushedRequests } from './pushed-requests.js';
import { ASKED_ACRS } from './query.js';
import { isRegisteredRedirect } from './redirect-uri.js';

const PATH = /^\/(?:oauth2\/)?authorize\/?$/i;

/** Tells the sign-in page which app waits for it: the name is looked up, never taken from the address of the page. */
@Injectable()
export class AuthorizationSignInReason implements OnModuleInit {
  constructor(
    private readonly reasons: SignInReasons,
    private readonly clients: ClientDirectory,
    private readonly pushed: PushedRequests,
    private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    this.reasons.register((returnTo) => this.explain(returnTo));
  }

  private async explain(returnTo: string): Promise<SignInReason | undefined> {
    const { pathname, searchParams } = new URL(returnTo, 'http://local.invalid');
    const id = searchParams.get('client_id');
    if (!PATH.test(pathname) || id === null) return undefined;
    try {
      const client = await this.clients.stored(id);
      if (!client || client.trustState === 'suspended') return undefined;
      const parameter = await this.parametersOf(client, searchParams);
      const target = this.destination(client, parameter('redirect_uri'));
      return {
        appName: client.name,
        formTargets: target === undefined ? [] : [target],
        acrs: reachableHere(parameter('acr_values') ?? parameter(ASKED_ACRS) ?? undefined, this.config),
      };
    } catch (error) {
      // Nobody can sign in now, but the page can be read.
      if (isDatabaseUnavailable(error)) return undefined;
      throw error;
    }
  }

  /** RFC 9126 §4: what was pushed, and nothing of the address beside it. */
  private async parametersOf(
    client: Client,
    query: URLSearchParams,
  ): Promise<(name: string) => string | null> {
    const requestUri = query.get('request_uri');
    const pushed = requestUri === null ? undefined : await this.pushed.look(requestUri, client);
    return (name) => (pushed ? (pushed[name]?.[0] ?? null) : query.get(name));
  }

  private destination(client: Client, uri: string | null): string | undefined {
    const { loopback_any_port } = this.config.policies.clients;
    return uri !== null && isRegisteredRedirect(uri, client.redirectUris, loopback_any_port)
      ? uri
      : undefined;
  }
}
