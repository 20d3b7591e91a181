import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { identify } from '../../audit/index.js';
import type { Client } from '../clients/client.entity.js';
import { ClientsService } from '../clients/clients.service.js';
import { OAuthError } from '../oauth-error.js';
import { Params } from '../params.js';
import { ScopePolicy } from '../scope-policy.js';
import type { AuthorizationRequest } from './authorization-request.js';
import {
  checkClientMay,
  checkMaxAge,
  checkNonce,
  checkPkce,
  checkPrompt,
  checkRequestObjects,
  checkResponse,
  isState,
} from './checks.js';
import { isRegisteredRedirect } from './redirect-uri.js';
import { RefusedRequest, UntrustedRequest } from './refusals.js';

/** Reads an authorization request: first who asks and where the answer goes, then, in order, everything else. */
@Injectable()
export class RequestReader {
  constructor(
    private readonly config: AppConfig,
    private readonly clients: ClientsService,
    private readonly policy: ScopePolicy,
  ) {}

  /**
   * `source` is a query or a form as Express parsed it.
   * @throws UntrustedRequest that is shown as a page; RefusedRequest that goes to the redirect URI
   */
  async read(source: unknown): Promise<AuthorizationRequest> {
    const params = Params.from(source);
    const client = await this.client(params);
    const redirectUri = this.redirectUri(params, client);
    const [state, ...more] = params.all('state');
    const echoed = more.length === 0 && state !== undefined && isState(state) ? state : undefined;
    try {
      return this.checked(params, client, redirectUri, echoed);
    } catch (error) {
      if (error instanceof OAuthError) throw new RefusedRequest(redirectUri, echoed, error);
      throw error;
    }
  }

  private async client(params: Params): Promise<Client> {
    const [id, ...more] = params.all('client_id');
    if (id === undefined || more.length > 0)
      throw new UntrustedRequest('malformed', id === undefined ? 'no_client_id' : 'repeated_client_id');
    const client = await this.clients.load(id);
    if (!client) throw new UntrustedRequest('unknown_client', 'unknown_client');
    identify({ clientId: client.id });
    // Said in the same words: whether a client exists or is suspended is nobody's business here.
    if (client.trustState === 'suspended') throw new UntrustedRequest('unknown_client', 'client_suspended');
    return client;
  }

  private redirectUri(params: Params, client: Client): string {
    const [uri, ...more] = params.all('redirect_uri');
    if (uri === undefined || more.length > 0)
      throw new UntrustedRequest(
        'malformed',
        uri === undefined ? 'no_redirect_uri' : 'repeated_redirect_uri',
      );
    if (!isRegisteredRedirect(uri, client.redirectUris, this.config.policies.clients.loopback_any_port)) {
      throw new UntrustedRequest('wrong_redirect_uri', 'redirect_uri_not_registered');
    }
    return uri;
  }

  private checked(
    params: Params,
    client: Client,
    redirectUri: string,
    state: string | undefined,
  ): AuthorizationRequest {
    params.refuseRepeated(['resource']);
    if (state === undefined && params.get('state') !== undefined)
      throw new OAuthError('invalid_request', 'state is too long', { reason: 'long_state' });
    checkRequestObjects(params);
    checkResponse(params);
    checkClientMay(client);
    const codeChallenge = checkPkce(params);
    const nonce = checkNonce(params);
    const prompt = checkPrompt(params);
    const maxAge = checkMaxAge(params);
    const loginHint = params.get('login_hint');
    return {
      client,
      redirectUri,
      ...(state !== undefined && { state }),
      ...this.policy.forPerson(client, params),
      codeChallenge,
      ...(nonce !== undefined && { nonce }),
      prompt,
      ...(maxAge !== undefined && { maxAge }),
      ...(loginHint !== undefined && { loginHint: loginHint.slice(0, 320) }),
    };
  }
}
