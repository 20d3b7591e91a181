import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { isRegisteredRedirect } from '../authorize/redirect-uri.js';
import type { Client } from '../clients/client.entity.js';
import { ClientDirectory } from '../clients/client-directory.js';
import { checkRedirectUri } from '../clients/redirect-uri-rules.js';
import { OAuthError } from '../oauth-error.js';
import type { Params } from '../params.js';
import { IdTokenHints, type IdTokenHint } from './id-token-hints.js';

/** Where the person goes afterwards: a registered URI of a client that is known. */
export interface LogoutTarget {
  readonly client: Client;
  readonly redirectUri: string;
  readonly state?: string;
}

export interface LogoutRequest {
  /** Proves that the client asks for this person; absent when there was none or it proves nothing. */
  readonly hint?: IdTokenHint;
  readonly target?: LogoutTarget;
}

/** The parameters of RP-Initiated Logout §2 that mean something here. */
export const LOGOUT_PARAMETERS = [
  'id_token_hint',
  'logout_hint',
  'client_id',
  'post_logout_redirect_uri',
  'state',
  'ui_locales',
] as const;

/** Reads a request to sign out. What is wrong in it makes it mean less, and is never an answer to the client. */
@Injectable()
export class LogoutRequests {
  constructor(
    private readonly config: AppConfig,
    private readonly hints: IdTokenHints,
    private readonly clients: ClientDirectory,
  ) {}

  /** @throws OAuthError invalid_request when a parameter is repeated */
  async read(params: Params): Promise<LogoutRequest> {
    params.refuseRepeated();
    const given = params.get('id_token_hint');
    const hint = given === undefined ? undefined : await this.hints.read(given);
    const named = params.get('client_id');
    // §2: the client must be the audience; a hint that is not ours makes the rest doubtful too.
    if (given !== undefined && (!hint || (named !== undefined && named !== hint.clientId))) return {};
    const clientId = hint?.clientId ?? named;
    const client = clientId === undefined ? null : await this.clients.stored(clientId);
    if (!client || client.trustState === 'suspended') return {};
    const target = this.target(client, params);
    return { ...(hint && { hint }), ...(target && { target }) };
  }

  /** §3.1: exactly a registered one, and none without. */
  private target(client: Client, params: Params): LogoutTarget | undefined {
    const redirectUri = params.get('post_logout_redirect_uri');
    const state = params.get('state');
    const { loopback_any_port } = this.config.policies.clients;
    if (
      redirectUri === undefined ||
      !isRegisteredRedirect(redirectUri, client.postLogoutRedirectUris, loopback_any_port) ||
      !this.isAllowed(redirectUri, client)
    )
      return undefined;
    return { client, redirectUri, ...(state !== undefined && { state }) };
  }

  /** The rules for redirect URIs may have become stricter since it was registered. */
  private isAllowed(uri: string, client: Client): boolean {
    try {
      const { private_schemes: privateSchemes } = this.config.policies.clients;
      checkRedirectUri(uri, { privateSchemes, publicClient: client.authMethod === 'none' });
      return true;
    } catch (error) {
      if (error instanceof OAuthError) return false;
      throw error;
    }
  }
}
